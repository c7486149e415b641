import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { coldStart } from './cold-start.ts';
import { durableStep } from './durable-step.ts';
import { evalCases } from './eval-cases.ts';
import { gate } from './gate.ts';
import { inFlight } from './in-flight.ts';
import { iterate } from './iterate.ts';
import { jsStep } from './js-step.ts';
import { loadLint } from './load-lint.ts';
import { load, machineFacts, ROOT } from './machine.ts';
import { recall } from './recall.ts';
import { redact } from './redact.ts';
import { resume } from './resume.ts';
import { sandbox } from './sandbox.ts';
import { publish, render, type Section } from './table.ts';

/**
 * `npm run bench [-- name…] [--quick]`: runs the benchmarks named, or all, and writes what they found to
 * `bench/README.md`. `--quick` takes few samples and only prints.
 */

type Bench = (quick: boolean, say: (line: string) => void) => Promise<Section>;

const BENCHES: Readonly<Record<string, Bench>> = {
  'durable-step': durableStep,
  'cold-start': coldStart,
  'in-flight': inFlight,
  iterate,
  'eval-cases': evalCases,
  'load-lint': loadLint,
  resume,
  'js-step': jsStep,
  recall,
  gate,
  sandbox,
  redact,
};

/** Installs the runtimes Reyn is compared with, once; they are no part of Reyn's own installation. */
function installPeers(): void {
  const home = join(ROOT, 'bench', 'peers');
  const installed = join(home, 'node_modules', '.package-lock.json');
  const lock = join(home, 'package-lock.json');
  if (fs.existsSync(installed) && fs.statSync(installed).mtimeMs >= fs.statSync(lock).mtimeMs) return;
  const how = ['ci', '--prefix', home, '--ignore-scripts', '--no-audit', '--no-fund'];
  if (spawnSync('npm', how, { stdio: 'inherit' }).status !== 0) throw new Error('the peers could not be installed');
}

async function main(args: readonly string[]): Promise<void> {
  const quick = args.includes('--quick');
  const named = args.filter((arg) => !arg.startsWith('-'));
  const unknown = named.find((name) => !(name in BENCHES));
  if (unknown !== undefined) {
    console.error(`There is no benchmark ${unknown}, only ${Object.keys(BENCHES).join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  installPeers();
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (named.length > 0 && !named.includes(name)) continue;
    const before = load();
    const section = await bench(quick, (line) => console.error(`${name}: ${line}`));
    const day = new Date().toISOString().slice(0, 10);
    const text = render(section, `${day}; ${machineFacts()}; load ${before.toFixed(2)} per processor when it began.`);
    console.log(`${text}\n`);
    if (!quick) publish(name, text);
  }
}

if (import.meta.main) await main(process.argv.slice(2));
