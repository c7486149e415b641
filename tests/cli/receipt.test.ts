import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { ShownReceipt } from '../../src/api.ts';
import { runCli } from '../../src/cli/main.ts';
import { alphaOf } from '../../src/learning/verdicts/ledger.ts';
import { type Receipt, runOf, sealReceipt } from '../../src/learning/verdicts/receipt.ts';
import { nextRuns, start, tell, verdictOf } from '../../src/learning/verdicts/rule.ts';
import { verifyReceipt } from '../../src/learning/verdicts/verify-receipt.ts';
import { ioWith, projectWith } from './surroundings.ts';

/** A receipt of twenty cases, ten of which the candidate fixes. */
function receipt(): Receipt {
  const cases = Array.from({ length: 20 }, (_, at) => ({
    case: `d${at}`,
    cluster: `k${at}`,
    mustPass: false,
    weight: 1,
  }));
  const settings = { seed: 's', cases, attempt: 1, alpha: alphaOf(1) };
  let state = start(settings);
  for (let wanted = nextRuns(state); wanted.length > 0; wanted = nextRuns(state)) {
    const runs = wanted.map((run) => {
      const score = run.arm === 'b' || Number(run.case.slice(1)) >= 10 ? 1 : 0;
      return { ...run, score, infra: false, tokens: 10, usd: 0, ms: 5 };
    });
    state = tell(state, runs);
  }
  const hash = (sign: string) => ({ skill_version_hash: sign.repeat(64), pack: sign.repeat(64) });
  return {
    ...settings,
    kind: 'verdict_receipt',
    format: 1,
    skill: 'summarize',
    lineage: 'l',
    session: 'session001',
    principal: 'verifier',
    from: hash('a'),
    to: hash('b'),
    evals: { digest: 'd', scorers: 's' },
    before: { breaches: [], descends: false },
    runs: state.runs.map(runOf),
    verdict: JSON.parse(JSON.stringify(verdictOf(state))) as Receipt['verdict'],
  };
}

const made = receipt();
const { id, text } = sealReceipt(made);
const shown: ShownReceipt = { id, receipt: made, verdict: made.verdict as unknown as ShownReceipt['verdict'] };
const reyn = projectWith({
  receipts: {
    list: () => [],
    show: () => shown,
    cases: () => [
      { case: 'one', mustPass: true, a: [0], b: [1] },
      { case: 'other', mustPass: false, a: [1, 1, 1], b: [0, 0, 1] },
    ],
    verify: (reference) => verifyReceipt('text' in reference ? reference.text : text),
    read: () => undefined,
  },
});

async function cli(...args: string[]) {
  const { io, captured } = ioWith();
  const exit = await runCli(args, io, async () => reyn);
  return { exit, ...captured };
}

it('shows a verdict, and how sealed cases went only when asked for', async () => {
  const { exit, out } = await cli('receipt', 'show', 'latest');
  expect(exit).toBe(0);
  expect(out).toContain('PASS (gain)');
  expect(out).toContain('10 fixed, 0 broken');
  expect(out).not.toContain('other');
  const cases = (await cli('receipt', 'show', 'latest', '--cases')).out;
  expect(cases.indexOf('other')).toBeLessThan(cases.indexOf('one '));
});

it('verifies a file by itself, and exits 6 where it does not hold', async () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-receipt-'));
  try {
    const file = path.join(dir, 'receipt.json');
    fs.writeFileSync(file, text);
    const good = await cli('receipt', 'verify', file);
    expect(good).toMatchObject({ exit: 0, out: expect.stringContaining('follows from its 40 runs') });
    fs.writeFileSync(file, text.replace('"score":0', '"score":1'));
    const bad = await cli('receipt', 'verify', file, '--json');
    expect(bad.exit).toBe(6);
    expect(JSON.parse(bad.out)).toMatchObject({ ok: false, problems: [expect.stringContaining('another verdict')] });
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
});

it('says of a file that is deep, huge or full of escapes that it is no receipt', async () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-receipt-'));
  try {
    const file = path.join(dir, 'receipt.json');
    const verify = async (content: string) => {
      fs.writeFileSync(file, content);
      return cli('receipt', 'verify', file);
    };
    expect(await verify(`${'['.repeat(200_000)}`)).toMatchObject({ exit: 6, out: expect.stringContaining('deeper') });
    expect((await verify(text.replace('"verdict":{', `"verdict":{"x":${'['.repeat(60)}${']'.repeat(60)},`))).exit).toBe(
      6,
    );
    const escapes = await verify('{"\\u001b]0;owned\\u0007":1}');
    expect(escapes.exit).toBe(6);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looked for on purpose
    expect(escapes.out).not.toMatch(/[\u001b\u0007]\]?0?;?owned|\u0007/);
    fs.truncateSync(file, 65_000_000);
    const huge = await cli('receipt', 'verify', file);
    expect(huge.exit).toBe(2);
    expect(huge.err).toContain('at most 64 MB');
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
});
