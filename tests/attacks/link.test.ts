import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { expect, vi } from 'vitest';
import { ofType } from '../project.ts';
import type { Lab } from './lab.ts';
import { argsOf, sendOp } from './ops.ts';
import type { Outcome } from './outcome.ts';
import { playOp } from './play.ts';
import { runLab, runSkill } from './runs.ts';
import { attackSuite } from './suite.ts';

const FLIP = path.join(import.meta.dirname, 'flip.ts');
const TURNS = 4;
const OPS = 60;

/** Repeats the op of a row while another process swaps its folder for a link out of the project. */
async function race(lab: Lab, ...file: readonly string[]): Promise<Outcome> {
  const { op, input } = lab.row;
  const flipping = spawn(process.execPath, [FLIP, path.join(lab.ws, 'out/sw'), lab.out, ...file]);
  lab.closers.push(() => void flipping.kill('SIGKILL'));
  await once(flipping.stdout, 'data');
  const ops = Array.from({ length: OPS }, () => ({ kind: op, args: argsOf(op, input) }));
  const rules = Array.from({ length: TURNS }, (_, at) => ({ match: { turn: at + 1 }, turn: { ops } }));
  const ends = () => ofType(lab.events, 'op_finished').map(({ data }) => data.error?.code ?? 'done');
  let outcome = await runLab(lab, [...rules, { turn: { finish: { text: 'done' } } }]);
  // on a busy machine what swaps may not have had its turn
  for (let more = 0; more < 5 && !ends().includes('refused'); more++) outcome = await runSkill(lab, 'lab');
  expect(flipping.exitCode, 'what swaps is still there').toBeNull();
  flipping.kill('SIGKILL');
  expect(ends().length).toBeGreaterThan((TURNS * OPS) / 2);
  expect(ends(), 'the folder was met as a link').toContain('refused');
  return { ...outcome, verdicts: ['ok'] };
}

/** Puts links where the write makes its file, under every name that was ever seen there or could be guessed. */
async function temporaryNames(lab: Lab): Promise<Outcome> {
  const out = path.join(lab.ws, 'out');
  const secret = path.join(lab.out, 'secret.txt');
  fs.writeFileSync(secret, 'as it was');
  const { mtimeMs } = fs.statSync(secret);
  const names = new Set([
    '.x.txt.tmp',
    '.x.txt.tmp0',
    '.x.txt.tmp1',
    'x.txt.tmp',
    'x.txt~',
    `.x.txt.${process.pid}.tmp`,
  ]);
  const watcher = fs.watch(out, (_, name) => void (name !== null && name !== 'x.txt' && names.add(name)));
  const reyn = await lab.open();
  const write = () => sendOp(lab, reyn, lab.row.op, argsOf(lab.row.op, lab.row.input));
  await write();
  await vi.waitFor(() => expect([...names].join(), 'the name was seen').toContain('.reyn-'), 5000);
  watcher.close();
  for (const name of names) fs.symlinkSync(secret, path.join(out, name));
  fs.rmSync(path.join(out, 'x.txt'));
  const outcome = await write();
  expect(fs.readFileSync(path.join(out, 'x.txt'), 'utf8')).toBe('pwn');
  expect([fs.readFileSync(secret, 'utf8'), fs.statSync(secret).mtimeMs]).toEqual(['as it was', mtimeMs]);
  fs.rmSync(secret);
  fs.utimesSync(lab.out, new Date(0), new Date(0));
  return { ...outcome, facts: { 'any change under $OUT': false, [`any change under ${lab.out}`]: false } };
}

attackSuite('link', {
  LK18: { play: (lab) => race(lab), alone: true },
  LK19: { play: (lab) => race(lab, 'secret.txt'), alone: true },
  LK20: temporaryNames,
  LK09: async (lab) => {
    const outcome = await playOp(lab);
    expect(fs.existsSync(path.join(lab.out, 'secret.txt'))).toBe(true);
    return outcome;
  },
});
