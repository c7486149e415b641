import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { calls, startWireServer } from './os/models/wire-server.ts';
import { inProject, onePhase, openProject, type ProjectSpec, person, phase, phases } from './project.ts';

const NOTE = 'artifacts: { note: { text: string } }';
const done = { finish: { text: 'done' } };
const SKILLS: ProjectSpec['skills'] = {
  leaf: { md: onePhase('leaf', NOTE), rules: [{ turn: done }] },
  parent: {
    md: phases('parent', [NOTE, 'permissions: { skill: { run: [leaf] } }'], phase('first', 'allowed_ops: [run_skill]')),
    rules: [
      { match: { turn: 1 }, turn: { ops: [{ kind: 'run_skill', args: { skill: 'leaf', input: { text: 'x' } } }] } },
      { turn: done },
    ],
  },
  writer: {
    md: phases(
      'writer',
      [NOTE, 'permissions: { file.write: ["out/**"], file.read: ["**"] }'],
      phase('write', 'allowed_ops: [write_file, read_file]'),
    ),
    rules: [
      {
        match: { turn: 1 },
        turn: {
          ops: [
            { kind: 'write_file', args: { path: 'out/a.md', content: 'hello' } },
            { kind: 'write_file', args: { path: 'elsewhere.md', content: 'hello' } },
          ],
        },
      },
      { turn: done },
    ],
  },
};

function freshHome(): string {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'reyn-home-'));
  onTestFinished(() => fs.rmSync(home, { recursive: true, force: true }));
  return home;
}

describe('a project whose user has a home', () => {
  it('is signed as it goes, sealed, and compared with the seal', async () => {
    const env = { HOME: freshHome() };
    await inProject({ skills: SKILLS, open: { env } }, async ({ root, reyn, run }) => {
      await run('parent', 'x');
      expect(reyn.verify(undefined, { signed: true })).toMatchObject({ ok: true, runs: 2, notes: [] });
      const { seal, signed } = await reyn.audit.seal();
      expect([signed, seal.key.id]).toEqual([0, reyn.audit.key().id]);
      const file = path.join(root, 'seal.json');
      fs.writeFileSync(file, JSON.stringify(seal));
      await run('leaf', 'x');
      expect(reyn.verify(undefined, { against: file, signed: true })).toMatchObject({ ok: true, runs: 3 });
      fs.rmSync(path.join(root, '.reyn'), { recursive: true });
      expect(reyn.verify(undefined, { against: file }).problems.map(({ reason }) => reason)).toContain('sealed');
      expect(() => reyn.verify(undefined, { against: path.join(root, 'none') })).toThrow(/the seal cannot be read/);
    });
  });

  it('verifies what was signed before the key was changed', async () => {
    const env = { HOME: freshHome() };
    await inProject({ skills: SKILLS, open: { env } }, async ({ reyn, run, reopen }) => {
      await run('leaf', 'x');
      const before = reyn.audit.key().id;
      const after = reyn.audit.rotateKey().id;
      expect(after).not.toBe(before);
      const again = await reopen();
      await again.run('leaf', { text: 'x' });
      expect(again.audit.key().id).toBe(after);
      expect(again.verify(undefined, { signed: true })).toMatchObject({ ok: true, runs: 2 });
    });
  });

  it('does not sign with a key that lies in the project, and says so', async () => {
    await inProject({ skills: SKILLS }, async ({ root, reyn, run }) => {
      await run('leaf', 'x');
      expect(fs.existsSync(path.join(root, '.config'))).toBe(false);
      expect(reyn.verify().notes.map(({ reason }) => reason)).toEqual(['unsigned']);
      await expect(reyn.audit.seal()).rejects.toThrow(/no folder of yours outside the project/);
    });
  });
});

describe('who allowed what', () => {
  it('is told with rules, answers, denials and the digests of writes', async () => {
    const config = ['policy: { allow: [{ need: file.write, resource: out/** }] }'];
    await inProject({ skills: SKILLS, config }, async ({ reyn, run }) => {
      const outcome = await run('writer', 'x');
      const [told] = reyn.audit.decisions(outcome.run);
      expect(told?.decisions.map(({ op, resource, verdict, by }) => [op, resource, verdict, by])).toEqual([
        ['write_file', 'out/a.md', 'allowed', 'allow rule 1'],
        ['write_file', 'elsewhere.md', 'denied', 'declared'],
      ]);
      expect(told?.decisions[1]?.reason).toMatch(/declare/);
      const sha256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
      expect(told?.writes).toMatchObject([{ path: 'out/a.md', pre: null, post: sha256, end: 'done' }]);
      expect([told?.questions, told?.external, told?.children]).toEqual([[], [], []]);
    });
  });

  it('names the person who answered, and what still waits', async () => {
    await inProject({ skills: SKILLS }, async ({ reyn, run }) => {
      const asked = await run('writer', 'x', person('allow'));
      const [told] = reyn.audit.decisions(asked.run);
      expect(told?.decisions[0]).toMatchObject({
        verdict: 'allowed',
        by: 'answer',
        question: { answer: 'allow', by: 'terminal' },
      });
      const waits = await run('writer', 'x');
      const [waiting] = reyn.audit.decisions(waits.run);
      expect(waiting?.decisions[0]).toMatchObject({ verdict: 'waiting', op: 'write_file', resource: 'out/a.md' });
      expect(waiting?.questions[0]).not.toHaveProperty('answered');
    });
  });

  it('goes down to sub-runs', async () => {
    await inProject({ skills: SKILLS }, async ({ reyn, run }) => {
      const { run: id } = await run('parent', 'x');
      const told = reyn.audit.decisions(id);
      expect(told.map(({ skill }) => skill)).toEqual(['parent', 'leaf']);
      expect(told[0]?.children).toEqual([told[1]?.run]);
      expect(told[0]?.decisions).toMatchObject([{ op: 'run_skill', verdict: 'allowed' }]);
    });
  });
});

describe('retention', () => {
  it('takes runs out of lists, the index and the sums, and leaves the rest as it was', async () => {
    await inProject({ skills: SKILLS, config: ['retention: { keep: 1 }'] }, async ({ reyn, run, root, reopen }) => {
      const old = await run('parent', 'x');
      const waits = await run('writer', 'x');
      const kept = await run('leaf', 'x');
      expect(reyn.spending().total).toMatchObject({ runs: 4, turns: 5 });
      const report = await reyn.gc();
      expect(report.removed.map(({ run: id }) => id)).toContain(old.run);
      expect(report).toMatchObject({ rule: 'not among the newest 1', kept: 1, unfinished: 1, refused: [] });
      expect(reyn.runs.list().map(({ run: id }) => id)).toEqual([kept.run, waits.run]);
      expect(reyn.events.query({ run: old.run }).map(({ type }) => type)).toEqual([
        'run_opened',
        'run_closed',
        'run_removed',
      ]);
      expect(reyn.spending().total).toMatchObject({ runs: 2, turns: 2 });
      const found = await reyn.index.search({ query: 'done', k: 20, filter: {} });
      expect(found.hits.length).toBeGreaterThan(0);
      expect(JSON.stringify(found.hits)).not.toContain(old.run);
      expect(reyn.verify().problems).toEqual([]);
      const again = await reopen();
      const [question] = again.inbox();
      expect((await again.answer(question?.id ?? '', 'allow')).status).toBe('finished');
      expect(again.verify().problems).toEqual([]);
      expect(fs.readdirSync(path.join(root, '.reyn/tmp'))).toEqual([]);
    });
  });

  it('is an error in the configuration where it is no number', async () => {
    const spec = (line: string) => openProject({ skills: SKILLS, config: [line] });
    await expect(spec('retention: { days: -1 }')).rejects.toThrow(/retention\.days/);
    await expect(spec('retention: { weeks: 1 }')).rejects.toThrow(/"retention\.weeks" is not a key/);
  });
});

describe('what runs used', () => {
  it('is summed by the model that was asked, sub-runs once', async () => {
    const server = await startWireServer((response, request) =>
      (request.body.tools?.some((tool) => tool.function.name === 'run_skill') === true &&
        !JSON.stringify(request.body.messages).includes('done')
        ? calls(['run_skill', { skill: 'leaf', input: { text: 'x' } }])
        : calls(['finish', { artifact: { text: 'done' } }]))(response, request),
    );
    onTestFinished(() => server.close());
    const model = { model: 'bee', base_url: server.baseUrl, price: { input: 1, output: 10 } };
    const spec = { skills: SKILLS, model: 'm', config: [`models: ${JSON.stringify({ m: model })}`] };
    await inProject(spec, async ({ reyn, run }) => {
      const { spent } = await run('parent', 'x');
      expect(spent.turns).toBe(3);
      const { rows, total } = reyn.spending('model');
      expect(rows.map(({ name, turns, runs }) => [name, turns, runs])).toEqual([['openai-compatible/bee', 3, 2]]);
      expect([total.turns, total.input, total.output]).toEqual([3, spent.inputTokens, spent.outputTokens]);
      expect(total.usd).toBeCloseTo(spent.usd, 9);
      expect(reyn.spending('skill').rows.map(({ name, turns }) => [name, turns])).toEqual([
        ['parent', 2],
        ['leaf', 1],
      ]);
    });
  });
});
