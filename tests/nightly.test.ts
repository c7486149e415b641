import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { learningFacts } from '../src/learning/state/facts.ts';
import type { ReadReceipt } from '../src/learning/versions/version.ts';
import type { ProjectEventBody } from '../src/os/events/event.ts';
import { freshRoot, openIn } from './os/events/scene.ts';
import { inProject, onePhase, type TestProject } from './project.ts';

const A = 'a'.repeat(64);
const NOTE = ['artifacts: { note: { text: string } }', 'final_output: note'];
const skillMd = (name: string) => onePhase(name, ...NOTE);
const HERE = { ci: true, firstNight: false } as const;

function verdict(skill: string, hash: string, kind: 'PASS' | 'FAIL'): ProjectEventBody {
  const data = { skill, lineage: 'l', attempt: 1, from_hash: A, skill_version_hash: hash, alpha: 0.03, by: 'me' };
  return { type: 'verdict_reached', data: { ...data, verdict: kind, code: 'x', receipt: `about ${hash}` } };
}

/** Appends facts as a run of this project would have. */
async function found(root: string, ...bodies: readonly ProjectEventBody[]): Promise<void> {
  const store = openIn(root);
  for (const body of bodies) await store.appendProject(body);
  await store.close();
}

const known = (root: string) => learningFacts(openIn(root), 'verdict_').map(({ data }) => 'code' in data && data.code);

const refusal = async (work: Promise<unknown>) =>
  work.then(
    () => 'nothing',
    (error: { exit: number; message: string }) => `${error.exit} ${error.message}`,
  );

describe('a night', () => {
  it('is refused on a machine that is thrown away without a state, and where a first one is no first one', () =>
    inProject({}, async ({ reyn }) => {
      const state = path.join(freshRoot(), 'state');
      expect(await refusal(reyn.nights.begin(HERE))).toMatch(/^6 .* needs a state/);
      expect(await refusal(reyn.nights.begin({ ...HERE, state }))).toMatch(/^6 there is no state/);
      const night = await reyn.nights.begin({ ...HERE, state, firstNight: true });
      await night.save();
      night.end();
      expect(await refusal(reyn.nights.begin({ ...HERE, state, firstNight: true }))).toMatch(
        /^6 this is not the first/,
      );
      expect(await refusal(reyn.nights.begin({ ci: false, firstNight: true }))).toMatch(/^2 /);
    }));

  it('is the only one that has its state', () =>
    inProject({}, async ({ reyn }) => {
      const state = path.join(freshRoot(), 'state');
      const first = await reyn.nights.begin({ ...HERE, state, firstNight: true });
      expect(await refusal(reyn.nights.begin({ ...HERE, state, firstNight: true }))).toMatch(/^7 another night/);
      first.end();
      (await reyn.nights.begin({ ...HERE, state, firstNight: true })).end();
    }));

  it('knows what nights on other machines found, with their versions', async () => {
    const state = path.join(freshRoot(), 'state');
    await inProject({ skills: { reply: { md: skillMd('reply') } } }, async ({ reyn, root }) => {
      await reyn.versions.adopt('reply');
      await found(root, verdict('reply', A, 'FAIL'));
      const night = await reyn.nights.begin({ ...HERE, state, firstNight: true });
      expect(await night.save()).toMatchObject({ facts: 2 });
      night.end();
    });
    await inProject({ skills: { reply: { md: skillMd('reply') } } }, async ({ reyn, root }) => {
      const night = await reyn.nights.begin({ ...HERE, state });
      expect(known(root)).toEqual(['x']);
      expect((await reyn.versions.list('reply')).versions).toMatchObject([{ version: 1 }]);
      expect(await night.save()).toMatchObject({ facts: 2 });
      night.end();
    });
  });

  it('ends before it began when the state does not hold, and says in which line', () =>
    inProject({}, async ({ reyn, root }) => {
      const state = path.join(freshRoot(), 'state');
      await found(root, verdict('reply', A, 'FAIL'));
      const night = await reyn.nights.begin({ ...HERE, state, firstNight: true });
      await night.save();
      night.end();
      const file = path.join(state, 'state.jsonl');
      fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"alpha":0.03', '"alpha":0.00'));
      const error = await reyn.nights.begin({ ...HERE, state }).catch((failed: unknown) => failed);
      expect(error).toMatchObject({ exit: 6, where: { file, line: 2 } });
    }));

  it('records a merged candidate as a version with its receipt, once', () => {
    const receipts = new Map<string, ReturnType<ReadReceipt>>();
    const receipt: ReadReceipt = (id) => receipts.get(id);
    return inProject({ skills: { reply: { md: skillMd('reply') } }, open: { receipt } }, async (project) => {
      const { reyn, root, skill } = project;
      await reyn.versions.adopt('reply');
      const before = fingerprint(project);
      skill('reply', { md: `${skillMd('reply')}Better.\n` });
      const hash = fingerprint(project);
      const rest = { skill: 'reply', from: before, to: hash, verdict: 'PASS', pack: A, summary: '' };
      receipts.set(`about ${hash}`, { id: `about ${hash}`, ...rest });
      await found(root, verdict('reply', hash, 'PASS'));
      const night = await reyn.nights.begin({ ci: false, firstNight: false });
      expect(night.adopted).toEqual([{ skill: 'reply', skill_version_hash: hash, receipt: `about ${hash}` }]);
      expect((await reyn.versions.list('reply')).versions.at(-1)).toMatchObject({ version: 2, verdict: 'PASS' });
      expect((await reyn.nights.begin({ ci: false, firstNight: false })).adopted).toEqual([]);
    });
  });

  it('takes skills for failing that have cases and no score that is high enough', () => {
    const files = { 'evals/cases.jsonl': '{"id":"a","input":"x","checks":[{"contains":"y"}]}\n' };
    const skills = {
      judged: { md: skillMd('judged'), files },
      unmeasured: { md: skillMd('unmeasured'), files },
      poor: { md: skillMd('poor'), files },
      without: { md: skillMd('without') },
    };
    return inProject({ skills }, async (project) => {
      const { reyn, root } = project;
      const usage = { input: 0, output: 0, usd: 0, ms: 0, turns: 0 };
      const scored = (skill: string, score: number): ProjectEventBody => ({
        type: 'eval_finished',
        data: {
          ...{ id: skill, skill, outcome: 'done', score, rows: 1, head: 'h', usage },
          skill_version_hash: fingerprint(project, skill),
        },
      });
      await found(root, scored('judged', 0.9), scored('poor', 0.2));
      const night = await reyn.nights.begin({ ci: false, firstNight: false });
      expect(night.failing()).toEqual(['poor', 'unmeasured']);
    });
  });
});

function fingerprint({ reyn }: TestProject, skill = 'reply'): string {
  return reyn.skills.list().find(({ name }) => name === skill)?.fingerprint ?? '';
}
