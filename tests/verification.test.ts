import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { alphaOf } from '../src/learning/verdicts/ledger.ts';
import type { Verdict } from '../src/learning/verdicts/verdict.ts';
import { verifyReceipt } from '../src/learning/verdicts/verify-receipt.ts';
import type { JsonObject } from '../src/os/json.ts';
import type { Asking } from '../src/os/kernel/ports.ts';
import { openSigner } from '../src/os/signer.ts';
import type { Opened } from '../src/os/skills/catalog.ts';
import { loadSkill } from '../src/os/skills/load.ts';
import { openReceipts } from '../src/receipts.ts';
import { type Best, openVerification } from '../src/verification.ts';
import { type Evaluating, inEvaluation } from './learning/evaluating.ts';
import { onePhase, type SkillFiles } from './project.ts';

const COUNT = 34;
const CANARY = 'canary7';
const CASES = Array.from({ length: COUNT }, (_, at) => ({
  id: `${CANARY}-case-${at}`,
  input: `${at % 5 === 0 ? 'easy' : 'hard'} ${CANARY} ${at}`,
  cluster: `${CANARY}-cluster-${at}`,
  checks: [{ exact: { value: { text: 'good' } } }],
}));

const STEP = (way: string) => `export function word({ text }) { return ${way}; }\n`;

/** Says back what it is given; a function makes the result of that. */
function withStep(way: string, cases: readonly object[] = CASES): SkillFiles {
  return {
    md: onePhase(
      'task',
      'artifacts: { words: { text: string } }',
      'postprocessor:',
      '  output_name: said',
      '  output_schema: { text: string }',
      '  steps:',
      '    - { type: js, module: word, function: word, output_schema: { type: string, maxLength: 1000 }, into: text }',
    ),
    files: { 'evals/cases.jsonl': cases.map((each) => JSON.stringify(each)).join('\n'), 'steps/word.js': STEP(way) },
    rules: [{ turn: { finish: { text: '$' + '{input.text}' }, usage: { input: 10, output: 2 } } }],
  };
}

const PLAIN = "text.startsWith('easy') ? 'good' : 'bad'";

function changed({ source }: Opened, files: Readonly<Record<string, string>>): Opened {
  const all = new Map(source.files);
  for (const [file, text] of Object.entries(files)) all.set(file, Buffer.from(text));
  const made = { ...source, files: all };
  return { source: made, skill: loadSkill(made) };
}

function asking(signal = new AbortController().signal, step = 's1'): Asking {
  return {
    run: 'run0000001',
    step,
    skill: 'asker',
    who: 'tester',
    needs: [],
    model: undefined,
    workspace: {} as Asking['workspace'],
    meter: { count: () => () => undefined, left: () => ({}) } as unknown as Asking['meter'],
    signal,
  };
}

function rooms(here: Evaluating, best: Partial<Best>, signer = signerOf(here.project.root)) {
  const { project, evaluation } = here;
  const baseline = project.catalog.open('task');
  const { digest, scorers } = evaluation.set('task');
  const whole: Best = {
    skill: 'task',
    baseline,
    candidate: baseline,
    dev: { cases: 0 },
    set: { digest, scorers },
    left: { calls: 10_000 },
    ...best,
  };
  const verification = openVerification({
    project: () => project,
    open: evaluation.open,
    set: evaluation.set,
    best: () => Promise.resolve(whole),
    loosens: () => [],
    signer,
  });
  return { ...verification, baseline, receipts: openReceipts({ root: project.root, store: () => project.store }) };
}

const signerOf = (root: string) => openSigner({ dir: `${root}/keys` });
const better = (baseline: Opened) => changed(baseline, { 'steps/word.js': STEP("'good'") });

/** All files of the project but those that are sealed and those the cases stand in. */
function outside(root: string, dir = root): string {
  return fs
    .readdirSync(dir, { withFileTypes: true })
    .flatMap((entry) => {
      const full = path.join(dir, entry.name);
      if (['sealed', 'evals'].includes(entry.name) && entry.isDirectory()) return [];
      return entry.isDirectory() ? [outside(root, full)] : [fs.readFileSync(full, 'latin1')];
    })
    .join('\n');
}

describe('a verification', () => {
  it('proves a gain on sealed cases, and leaves nothing of them outside of the sealed session', async () => {
    await inEvaluation({ skills: { task: withStep(PLAIN) } }, async (here) => {
      const baseline = here.project.catalog.open('task');
      const { verify, receipts } = rooms(here, { candidate: better(baseline) });
      const { result } = await verify(asking(), { search: 'x' });
      expect(result).toMatchObject({ verdict: 'PASS', code: 'gain', from: baseline.skill.fingerprint });
      const id = (result as { receipt: string }).receipt;
      expect(receipts.verify({ id }).problems).toEqual([]);
      expect(receipts.read(id)).toMatchObject({ verdict: 'PASS', skill: 'task', score: 1 });
      expect(receipts.list()).toMatchObject([{ id, verdict: 'PASS', attempt: 1 }]);
      expect(JSON.stringify(result)).not.toContain(CANARY);
      expect(outside(here.project.root)).not.toContain(CANARY);
      expect(receipts.cases(id).every(({ case: name }) => name.startsWith(CANARY))).toBe(true);

      // asked once more, as after a crash between the verdict and the op's receipt
      const again = await verify(asking(), { search: 'x' });
      expect(again.result).toEqual(result);
      expect(here.project.store.facts('verdict_reached')).toHaveLength(1);
    });
  });

  it('goes on after it was broken off, runs nothing twice, and comes to the same receipt', async () => {
    const receiptAfter = async (stopAt: number | undefined) =>
      inEvaluation({ skills: { task: withStep(PLAIN) } }, async (here) => {
        const { verify, receipts } = rooms(here, { candidate: better(here.project.catalog.open('task')) });
        if (stopAt !== undefined) {
          const controller = new AbortController();
          let rows = 0;
          const stopping = asking(controller.signal);
          const meter = {
            ...stopping.meter,
            count: () => {
              rows += 1;
              if (rows === stopAt) controller.abort(new Error('stopped by the test'));
              return () => undefined;
            },
          } as Asking['meter'];
          await expect(verify({ ...stopping, meter }, { search: 'x' })).rejects.toThrow();
          expect(here.project.store.facts('verdict_reached')).toEqual([]);
        }
        const { result } = await verify(asking(), { search: 'x' });
        const { receipt } = receipts.show((result as { receipt: string }).receipt);
        const keys = receipt.runs.map((run) => `${run.case}${run.arm}${run.repeat}`);
        expect(new Set(keys).size).toBe(keys.length);
        const { cost: _, ...verdict } = receipt.verdict as unknown as Verdict;
        return { ...receipt, verdict, runs: receipt.runs.map((run) => ({ ...run, ms: 0 })) };
      });
    expect(await receiptAfter(7)).toEqual(await receiptAfter(undefined));
  });

  it('runs both arms now: what another session has of the baseline does not count', async () => {
    await inEvaluation({ skills: { task: withStep(PLAIN) } }, async (here) => {
      const { verify, receipts } = rooms(here, { candidate: better(here.project.catalog.open('task')) });
      const { result } = await verify(asking(), { search: 'x' });
      const first = receipts.show((result as { receipt: string }).receipt).receipt;
      const second = await verify(asking(undefined, 's2'), { search: 'x' });
      const other = receipts.show((second.result as { receipt: string }).receipt).receipt;
      expect(other.session).not.toBe(first.session);
      const rows = here.project.store.facts('eval_finished').map(({ data }) => (data as { rows: number }).rows);
      expect(rows).toEqual([first.runs.length, other.runs.length]);
    });
  });

  it('refuses before anything is run: for text of sealed cases, for wider permissions, for changed evals', async () => {
    await inEvaluation({ skills: { task: withStep(PLAIN) } }, async (here) => {
      const baseline = here.project.catalog.open('task');
      const leaking = CASES.map(({ id }) => `Remember ${id}.`).join('\n');
      const md = Buffer.from(baseline.source.files.get('skill.md') ?? '').toString();
      const leak = changed(baseline, { 'skill.md': `${md}\n${leaking}\n` });
      const said = (await rooms(here, { candidate: leak }).verify(asking(), { search: 'x' })).result as JsonObject;
      expect(said).toMatchObject({
        verdict: 'FAIL',
        code: 'hard',
        counts: { runs: 0 },
        alpha: { spent: alphaOf(1), attempt: 1 },
      });
      expect(said.reason).toContain('sealed cases');
      expect(JSON.stringify(said)).not.toContain(CANARY);

      const wide = openVerification({
        signer: signerOf(here.project.root),
        project: () => here.project,
        open: here.evaluation.open,
        set: here.evaluation.set,
        best: () => Promise.resolve({ ...bestOf(here), candidate: better(baseline) }),
        loosens: () => ['it may write everywhere'],
      });
      const wider = (await wide.verify(asking(undefined, 's2'), { search: 'x' })).result;
      expect(wider).toMatchObject({
        verdict: 'FAIL',
        code: 'hard',
        reason: expect.stringContaining('write everywhere'),
      });

      const stale = rooms(here, { candidate: better(baseline), set: { digest: 'before', scorers: 'before' } });
      const late = (await stale.verify(asking(undefined, 's3'), { search: 'x' })).result;
      expect(late).toMatchObject({
        verdict: 'FAIL',
        code: 'hard',
        reason: expect.stringContaining('since the search'),
      });
      expect(fs.existsSync(path.join(here.project.root, '.reyn', 'sealed'))).toBe(false);
    });
  });

  it('counts no run of a session that another machine began, whatever its rows say', async () => {
    await inEvaluation({ skills: { task: withStep(PLAIN) } }, async (here) => {
      const candidate = better(here.project.catalog.open('task'));
      const controller = new AbortController();
      const meter = {
        count: () => {
          controller.abort(new Error('enough'));
          return () => undefined;
        },
        left: () => ({}),
      };
      const stranger = openSigner({ dir: `${here.project.root}/other` });
      const theirs = rooms(here, { candidate }, stranger);
      const stopping = { ...asking(controller.signal), meter };
      await expect(theirs.verify(stopping as unknown as Asking, { search: 'x' })).rejects.toThrow('enough');
      await expect(rooms(here, { candidate }).verify(asking(), { search: 'x' })).rejects.toThrow(
        'not begun on this machine',
      );
      expect(here.project.store.facts('verdict_reached')).toEqual([]);
    });
  });

  it('refuses with too few sealed cases, and says how many are needed', async () => {
    await inEvaluation({ skills: { task: withStep(PLAIN, CASES.slice(0, 12)) } }, async (here) => {
      const { verify } = rooms(here, { candidate: better(here.project.catalog.open('task')) });
      const { result } = await verify(asking(), { search: 'x' });
      expect(result).toMatchObject({ verdict: 'INDETERMINATE', code: 'infeasible', counts: { runs: 0 } });
      expect((result as { reason: string }).reason).toContain('below 12');
    });
  });

  it('quarantines a candidate that its search thinks far better than sealed cases do, and what descends from it', async () => {
    await inEvaluation({ skills: { task: withStep(PLAIN) } }, async (here) => {
      const baseline = here.project.catalog.open('task');
      const candidate = changed(baseline, { 'steps/word.js': STEP("'hacked'") });
      const { verify } = rooms(here, { candidate, dev: { after: 0.95, cases: 14 } });
      expect((await verify(asking(), { search: 'x' })).result).toMatchObject({ verdict: 'FAIL', code: 'quarantined' });
      const child = rooms(here, { candidate: better(baseline), ancestors: [candidate.skill.fingerprint] });
      const next = (await child.verify(asking(undefined, 's2'), { search: 'x' })).result;
      expect(next).toMatchObject({ verdict: 'INDETERMINATE', code: 'quarantined', counts: { runs: 0 } });
    });
  });
});

function bestOf(here: Evaluating): Best {
  const baseline = here.project.catalog.open('task');
  const { digest, scorers } = here.evaluation.set('task');
  return {
    skill: 'task',
    baseline,
    candidate: baseline,
    dev: { cases: 0 },
    set: { digest, scorers },
    left: { calls: 10_000 },
  };
}

it('a receipt that was changed says what does not hold', async () => {
  await inEvaluation({ skills: { task: withStep(PLAIN) } }, async (here) => {
    const { verify, receipts } = rooms(here, { candidate: better(here.project.catalog.open('task')) });
    const { result } = await verify(asking(), { search: 'x' });
    const { id, receipt } = receipts.show((result as { receipt: string }).receipt);
    const { sealReceipt } = await import('../src/learning/verdicts/receipt.ts');
    const problemsOf = (change: object) => verifyReceipt(sealReceipt({ ...receipt, ...change }).text).problems;
    expect(problemsOf({})).toEqual([]);
    expect(verifyReceipt(`${sealReceipt(receipt).text} `, id).problems).toContain(
      'it was changed: its digest is not its id',
    );
    expect(problemsOf({ alpha: 0.05 })[0]).toContain('may spend');
    expect(problemsOf({ runs: receipt.runs.slice(1) })).toContain(
      'its runs come to no verdict: some that the rule wanted are missing',
    );
    const flipped = receipt.runs.map((run) => ({ ...run, score: run.arm === 'b' ? 0 : 1 }));
    expect(problemsOf({ runs: flipped })[0]).toContain('another verdict: FAIL (harm)');
    const more = [...receipt.runs, { ...(receipt.runs[0] as (typeof receipt.runs)[number]), repeat: 4 }];
    expect(problemsOf({ runs: more })[0]).toContain('1 runs stand in it');
    expect(verifyReceipt('{"kind":"other"}').problems[0]).toContain('no receipt');
  });
});
