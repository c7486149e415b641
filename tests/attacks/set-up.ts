import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { raw } from '../os/network/mcp/plan.ts';
import type { Plan } from '../os/network/mcp/raw-server.ts';
import type { Action } from './cases.ts';
import type { Lab } from './lab.ts';

type Step = (lab: Lab, action: Action) => void | Promise<void>;

/** Actions that are done where the row is played, or where the lab is opened. */
const ELSEWHERE = new Set([
  ...['grant', 'http', 'udp', 'tls', 'dns', 'resolver_maps', 'repeat', 'race', 'kill9_at', 'resume', 'power_cut'],
  ...['tamper', 'torn_tail', 'strace_inject', 'two_processes', 'graph', 'node_schema', 'versions', 'meta_improvement'],
  ...['model_obeys', 'policy', 'user_answers', 'then', 'payload', 'secret', 'redact_then_verify', 'secret_in_context'],
  ...['ps', 'edit_after_install', 'git_server'],
]);

const text = (action: Action, member: string) => String(action[member]);

function put(file: string, content: string | Buffer, mode?: number): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content, mode === undefined ? {} : { mode });
}

/** git as nobody has configured it. */
export function git(cwd: string, ...args: readonly string[]): string {
  const env = { PATH: '/usr/bin:/bin', HOME: cwd, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@t.test', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...who, ...args], { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

const STEPS: Readonly<Record<string, Step>> = {
  file: (_, action) => put(text(action, 'path'), text(action, 'text')),
  dir: (_, action) => void fs.mkdirSync(text(action, 'path'), { recursive: true }),
  symlink: (_, action) => {
    fs.mkdirSync(path.dirname(text(action, 'path')), { recursive: true });
    fs.symlinkSync(text(action, 'target'), text(action, 'path'));
  },
  hardlink: (_, action) => fs.linkSync(text(action, 'target'), text(action, 'path')),
  fifo: (_, action) => void execFileSync('mkfifo', [text(action, 'path')]),
  bytes: (_, action) => put(text(action, 'path'), Buffer.alloc(Number(action.n), text(action, 'repeat'))),
  raw_name: (_, action) => {
    const given = text(action, 'path_hex');
    const at = given.lastIndexOf('/') + 1;
    fs.writeFileSync(Buffer.concat([Buffer.from(given.slice(0, at)), Buffer.from(given.slice(at), 'hex')]), 'x');
  },
  env: (lab, action) => {
    lab.env[text(action, 'name')] = text(action, 'value');
  },
  script: (_, action) => put(text(action, 'path'), `#!/bin/sh\n${text(action, 'text')}\n`, 0o755),
  git_repo: ({ ws }) => {
    git(ws, 'init', '-q');
    put(path.join(ws, 'a.txt'), 'x');
    git(ws, 'add', 'a.txt');
    git(ws, 'commit', '-q', '-m', 'the first commit');
  },
  git_remote: ({ ws }, action) => {
    git(ws, 'init', '-q');
    git(ws, 'remote', 'add', 'origin', text(action, 'url'));
  },
  bare_repo_in_ws: ({ ws }, action) => {
    const config = `${text(action, 'config').replaceAll('\\n', '\n').replaceAll('\\t', '\t')}; touch ${ws}/out/pwn\n`;
    put(path.join(ws, 'HEAD'), 'ref: refs/heads/main\n');
    put(
      path.join(ws, 'config'),
      `[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = ${ws}\n${config}`,
    );
    for (const folder of ['objects', 'refs']) fs.mkdirSync(path.join(ws, folder));
  },
  mcp: (lab, action) => {
    const { do: _, server, ...rest } = action;
    lab.config.mcp = { servers: { [String(server)]: raw(planOf(rest)) } };
  },
  mcp_http: (lab) => {
    lab.config.mcp = { servers: { http: { url: `http://127.0.0.1:${lab.ears.first.port}/mcp` } } };
  },
  ripgreprc: (lab, action) => {
    const file = path.join(lab.ws, '.ripgreprc');
    put(file, text(action, 'text'));
    lab.env[text(action, 'env')] = file;
  },
  tree: ({ ws }, { depth, width }) => {
    // every folder of a level has `width` of the next, up to as many folders as a test has time to make
    let level = [path.join(ws, 'tree')];
    let left = 3_000;
    for (let at = 0; at < Number(depth) && left > 0; at++) {
      level = level.flatMap((folder) => Array.from({ length: Number(width) }, (_, i) => path.join(folder, `d${i}`)));
      level = level.slice(0, left);
      left -= level.length;
      for (const folder of level) fs.mkdirSync(folder, { recursive: true });
    }
  },
};

/** What a server of a row does, as the raw server has it. */
function planOf(action: Omit<Action, 'do'>): Plan {
  const { tools, later_tools, result_bytes, stdout_raw, result_text, server_request, hang } = action;
  return {
    ...(tools === undefined ? {} : { tools: tools as object[] }),
    ...(later_tools === undefined ? {} : { laterTools: later_tools as object[] }),
    ...(result_bytes === undefined ? {} : { resultBytes: Number(result_bytes) }),
    ...(stdout_raw === undefined ? {} : { rawAnswer: String(stdout_raw) }),
    ...(result_text === undefined ? {} : { result: { content: [{ type: 'text', text: result_text }] } }),
    ...(server_request === undefined ? {} : { asks: String(server_request) }),
    ...(hang === undefined ? {} : { hang: String(hang) }),
  };
}

/** Does one step of the setup. @throws Error for one that nobody knows. */
export async function setUp(lab: Lab, action: Action): Promise<void> {
  const step = STEPS[action.do];
  if (step !== undefined) return step(lab, action);
  if (!ELSEWHERE.has(action.do)) throw new Error(`the setup "${action.do}" of ${lab.row.id} is not known`);
}
