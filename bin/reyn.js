#!/usr/bin/env node
'use strict';
/*
 * Starts Reyn. Must parse on every Node a person may have, so that an old one gets a sentence and not a syntax error:
 * CommonJS, nothing younger than ES2018, and nothing loaded before the version is known.
 *
 * Under an old Node the checkout's own (the npm package `node`) takes over as a child: signals are passed on, and the
 * child stops when this process is gone, which it sees by the IPC channel.
 */

const NEEDED = [22, 18];
/** The oldest Node that can start another one from here: it knows `node:` modules. */
const LAUNCHES = [14, 18];
const args = process.argv.slice(2);

if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  console.log(require('../package.json').version);
} else if (isEnough(process.versions.node, NEEDED)) {
  start();
} else {
  const pinned = process.env.REYN_LAUNCHED === '1' ? undefined : findPinned();
  if (pinned === undefined) refuse();
  else launch(pinned);
}

function isEnough(version, least) {
  const parts = version.split('.').map(Number);
  return parts[0] > least[0] || (parts[0] === least[0] && parts[1] >= least[1]);
}

function start() {
  const { env } = process;
  delete env.REYN_LAUNCHED;
  if (env.NODE_COMPILE_CACHE === undefined) {
    const cache = env.XDG_CACHE_HOME || (env.HOME && `${env.HOME}/.cache`);
    require('node:module').enableCompileCache(cache ? `${cache}/reyn/compiled` : undefined);
  }
  const program = `${__dirname}/../dist/cli.cjs`;
  if (require('node:fs').existsSync(program)) require(program).main();
  else say('Reyn is not built here.', 'Run `npm run build` in its folder.');
}

/** The `node` package beside or above this one, looked for as Node looks for packages. */
function findPinned() {
  if (!isEnough(process.versions.node, LAUNCHES)) return undefined;
  const fs = require('node:fs');
  const path = require('node:path');
  for (let dir = path.dirname(__dirname); ; dir = path.dirname(dir)) {
    const home = path.join(dir, 'node_modules', 'node');
    const binary = path.join(home, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    if (fs.existsSync(binary) && fs.existsSync(path.join(home, 'package.json'))) {
      const { version } = JSON.parse(fs.readFileSync(path.join(home, 'package.json'), 'utf8'));
      if (isEnough(version, NEEDED)) return binary;
    }
    if (dir === path.dirname(dir)) return undefined;
  }
}

function launch(binary) {
  const child = require('node:child_process').spawn(binary, [__filename].concat(args), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: Object.assign({}, process.env, { REYN_LAUNCHED: '1' }),
  });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => say(`${binary} cannot be run: ${error.message}.`, 'Run `npm ci` again.'));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code === null ? 70 : code);
    for (const each of signals) process.removeAllListeners(each);
    process.kill(process.pid, signal);
  });
}

function refuse() {
  say(
    `Reyn needs Node ${NEEDED.join('.')} or newer; this is Node ${process.versions.node}.`,
    'Install a newer Node (https://nodejs.org), or put one beside Reyn with `npm install node@24`.',
  );
}

function say(what, next) {
  process.stderr.write(`error: ${what}\n  ${next}\n`);
  process.exitCode = 2;
}
