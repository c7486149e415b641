import fs from 'node:fs';
import { expect } from 'vitest';
import type { Lab } from './lab.ts';
import { sendOp } from './ops.ts';
import type { Outcome } from './outcome.ts';
import { playOp } from './play.ts';
import { attackSuite, type Player } from './suite.ts';

/** As many as the processes of a machine of this size can take at once. */
const AT_ONCE = 8;

/** How many programs of a lab sleep now. */
function sleeping(mark: string): number {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words[1] === mark; // what started it has more words
      } catch {
        return false; // it has ended meanwhile
      }
    }).length;
}

/** Sends the op of a row many times at once; how long each sleeps is scaled down. */
async function allAtOnce(lab: Lab): Promise<Outcome> {
  const [repeat] = lab.row.setup.filter((action) => action.do === 'repeat');
  const mark = `0.1${lab.mark}`;
  const reyn = await lab.open();
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, sleeping(mark));
  }, 5);
  const all = Array.from({ length: Number(repeat?.n) }, () =>
    sendOp(lab, reyn, 'sandboxed_exec', { argv: ['sleep', mark] }),
  );
  const outcomes = await Promise.all(all);
  clearInterval(timer);
  expect(outcomes.map(({ verdicts }) => verdicts[0])).toEqual(outcomes.map(() => 'ok'));
  expect(most).toBeGreaterThan(0);
  return { verdicts: ['ok'], said: '', prompt: '', facts: { 'over N concurrent children': most > AT_ONCE } };
}

/** What ends by itself has time for it on a machine with others on it. */
const patient: Player = {
  adjust: (row) => ({ ...row, input: { ...row.input, timeout_ms: 5 * Number(row.input.timeout_ms) } }),
  play: playOp,
};

attackSuite('exec', { EX32: patient, EX40: patient, EX61: { play: allAtOnce, alone: true } });
