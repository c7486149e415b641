import { describe, expect, it } from 'vitest';
import { isObject, type JsonObject } from '../src/os/json.ts';
import { inProject, ofType, onePhase, phase, phases, type SkillFiles, type TestProject } from './project.ts';

const CASES = Array.from({ length: 30 }, (_, i) => ({
  id: `case-${i}`,
  input: `word ${i}`,
  cluster: `c${i}`,
  tags: i % 2 === 0 ? ['even'] : ['odd'],
  checks: [{ exact: { value: { text: i === 0 ? 'never' : `said word ${i}` } } }],
}));

/** Answers every case as it should. */
const SAY: SkillFiles = {
  md: onePhase('say', 'artifacts: { words: { text: string } }'),
  files: { 'evals/cases.jsonl': CASES.map((each) => JSON.stringify(each)).join('\n') },
  rules: [{ turn: { finish: { text: 'said $' + '{input.text}' }, usage: { input: 10, output: 2 } } }],
};

/** Evaluates another skill in a step, with what it is given, and gives back what came of it. */
const LOOK: SkillFiles = {
  md: phases(
    'look',
    [
      'entry: work',
      'final_output: seen',
      'artifacts: { ask: { note: string, "result?": { type: object } }, seen: { result: { type: object } } }',
      'permissions: { eval: true }',
    ],
    phase(
      'work',
      'input: ask',
      'preprocessor:',
      '  - { type: op, op: eval_skill, args: { skill: say }, into: result }',
    ),
  ),
  rules: [{ turn: { finish: { result: '$' + '{input.result}' } } }],
};

function lookWith(args: string): SkillFiles {
  return { ...LOOK, md: LOOK.md?.replace('{ skill: say }', args) ?? '' };
}

async function resultOf(project: TestProject): Promise<JsonObject> {
  const outcome = await project.run('look', { note: 'go' });
  const seen = outcome.artifact?.artifact;
  if (!isObject(seen) || !isObject(seen.result)) throw new Error(`no result: ${JSON.stringify(outcome)}`);
  return seen.result as JsonObject;
}

type Told = { id: string; split: string; score: number; feedback?: object[] };

describe('an evaluation that a person starts', () => {
  it('runs all cases but those that are sealed, and is there to be looked at', async () => {
    await inProject({ skills: { say: SAY } }, async ({ reyn }) => {
      const started: { runs: number; sealed: number }[] = [];
      const report = await reyn.evals.run('say', { repeats: 2, onStart: (start) => started.push(start) });
      const sealed = report.sealed ?? 0;
      expect(sealed).toBeGreaterThan(0);
      expect(report.cases.length + sealed).toBe(CASES.length);
      expect(started).toMatchObject([{ runs: report.cases.length * 2, sealed }]);
      expect(report.cases.every(({ rows }) => rows.length === 2)).toBe(true);
      const missed = report.cases.filter(({ score }) => score < 1).map(({ id }) => id);
      expect(missed.every((id) => id === 'case-0')).toBe(true);
      expect(report.score).toBeCloseTo(1 - missed.length / report.cases.length);
      expect(reyn.evals.get(report.id)).toEqual(report);
      expect(reyn.evals.list('say')).toMatchObject([{ id: report.id, cases: report.cases.length }]);
      expect(reyn.evals.list('other')).toEqual([]);
    });
  });

  it('computes nothing twice, unless it is asked to or something has changed', async () => {
    await inProject({ skills: { say: SAY } }, async (project) => {
      const first = await project.reyn.evals.run('say');
      expect(first.cached).toBe(0);
      const second = await project.reyn.evals.run('say');
      expect(second).toMatchObject({ cached: second.cases.length, score: first.score, usage: { ms: 0 } });
      expect((await project.reyn.evals.run('say', { fresh: true })).cached).toBe(0);
      project.skill('say', { md: `${SAY.md}More.\n` });
      expect((await project.reyn.evals.run('say')).cached).toBe(0);
    });
  });

  it('runs only cases with a tag, and says which tags there are', async () => {
    await inProject({ skills: { say: SAY } }, async ({ reyn }) => {
      const report = await reyn.evals.run('say', { tags: ['even'] });
      expect(report.cases.every(({ tags }) => tags.includes('even'))).toBe(true);
      await expect(reyn.evals.run('say', { tags: ['big'] })).rejects.toMatchObject({ hint: 'There are: even, odd.' });
    });
  });

  it('says of a skill without cases that it has none', async () => {
    await inProject({ skills: { say: { ...SAY, files: {} } } }, async ({ reyn }) => {
      await expect(reyn.evals.run('say')).rejects.toThrow('has no cases');
    });
  });
});

describe('eval_skill', () => {
  it('gives a run scores of train and dev cases, of train cases what went wrong, and of sealed ones nothing', async () => {
    const wrong: SkillFiles = { ...SAY, rules: [{ turn: { finish: { text: 'wrong' } } }] };
    await inProject({ skills: { say: wrong, look: LOOK } }, async (project) => {
      const result = await resultOf(project);
      const told = result.cases as unknown as Told[];
      expect(told.length).toBeLessThan(CASES.length);
      const dev = told.filter(({ split }) => split === 'dev');
      const train = told.filter(({ split }) => split === 'train');
      expect(dev.length * train.length).toBeGreaterThan(0);
      expect(dev.every(({ feedback }) => feedback === undefined)).toBe(true);
      expect(train.every(({ feedback }) => feedback?.length === 1)).toBe(true);
      expect(result).toMatchObject({ score: 0, dev: { cases: dev.length }, train: { cases: train.length } });
      const sealed = CASES.filter(({ id }) => !told.some((each) => each.id === id));
      const log = JSON.stringify(result);
      for (const { input } of sealed) expect(log).not.toContain(`"${input}"`);
    });
  });

  it('refuses a sealed case with the words for one that is not there', async () => {
    const asking = (id: string) =>
      inProject({ skills: { say: SAY, look: lookWith(`{ skill: say, cases: [${id}] }`) } }, async (project) => {
        const { reason } = await project.run('look', { note: 'go' });
        return reason?.message.replaceAll(id, 'it');
      });
    const sealed = await inProject({ skills: { say: SAY } }, async ({ reyn }) => {
      const { cases } = await reyn.evals.run('say');
      return CASES.map(({ id }) => id).find((id) => !cases.some((each) => each.id === id)) ?? '';
    });
    expect(sealed).not.toBe('');
    const said = await asking(sealed);
    expect(said).toContain('has no case "it"');
    expect(said).toBe(await asking('no-such-case'));
  });

  it('evaluates another text of the skill, from a folder that the run may read', async () => {
    const look: SkillFiles = {
      md: (lookWith('{ skill: say, dir: draft, split: dev }').md ?? '').replace(
        'eval: true',
        'eval: true, file: { read: ["draft/**"] }',
      ),
      rules: LOOK.rules ?? [],
    };
    const files = { 'draft/skill.md': `${SAY.md}Another.\n`, 'draft/evals/scripted.yaml': 'rules: []' };
    await inProject({ skills: { say: SAY, look }, files }, async (project) => {
      const result = await resultOf(project);
      expect(result.skill_version_hash).not.toBe(project.reyn.skills.load('say').fingerprint);
      expect(result).toMatchObject({ dev: { score: 1 } });
    });
  });

  it('runs no text that may do more than the skill: what it reads would come back as feedback', async () => {
    const look: SkillFiles = {
      md: (lookWith('{ skill: say, dir: draft }').md ?? '').replace(
        'eval: true',
        'eval: true, file: { read: ["draft/**"] }',
      ),
      rules: LOOK.rules ?? [],
    };
    const thief = SAY.md?.replace('---\nDo', 'permissions: { file: { read: ["private/**"] } }\n---\nDo') ?? '';
    const files = { 'draft/skill.md': thief, 'private/plan.md': 'a secret' };
    await inProject({ skills: { say: SAY, look }, files }, async (project) => {
      const { reason } = await project.run('look', { note: 'go' });
      expect(reason?.message).toContain('held to less than "say"');
      expect(reason?.message).toContain('private/**');
      expect(project.reyn.evals.list()).toEqual([]);
    });
  });

  it('charges what the cases used to the run that asked, and begins nothing that its limits do not leave', async () => {
    const hosted = ['limits: { tokens: 100000 }'];
    await inProject({ skills: { say: SAY, look: LOOK }, config: hosted }, async (project) => {
      const outcome = await project.run('look', { note: 'go' });
      const [finished] = ofType(project.events(outcome.run), 'op_finished');
      expect(finished?.data.spent).toMatchObject({ input: 0, output: 0, turns: 0 });
      expect(project.types(outcome.run)).not.toContain('run_opened');
      expect(project.reyn.runs.list()).toHaveLength(1);
    });
    await inProject({ skills: { say: SAY, look: LOOK }, config: ['limits: { tokens: 1 }'] }, async (project) => {
      expect((await project.run('look', { note: 'go' })).reason?.message).toContain('leave nothing for more cases');
    });
  });

  it('starts no evaluation within one', async () => {
    const look: SkillFiles = {
      ...lookWith('{ skill: say }'),
      files: { 'evals/cases.jsonl': JSON.stringify({ id: 'a', input: { note: 'go' }, checks: [{ contains: 'x' }] }) },
    };
    await inProject({ skills: { say: SAY, look } }, async ({ reyn }) => {
      const all = await reyn.evals.run('look', { dataset: 'reyn/project/look/evals/cases.jsonl' });
      expect(all.cases[0]?.rows[0]).toMatchObject({ status: 'denied', score: 0 });
    });
  });
});
