import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EvalRow } from '../../../src/learning/evals/row.ts';
import { calls, startWireServer } from '../../os/models/wire-server.ts';
import { onePhase, phase, phases, type SkillFiles } from '../../project.ts';
import { caseOf, inEvaluation, openEvaluating, options, request } from '../evaluating.ts';

const SAY: SkillFiles = {
  md: onePhase('say', 'artifacts: { words: { text: string } }'),
  rules: [
    { match: { input: { text: 'none' } }, turn: { text: 'no edge' } },
    { turn: { finish: { text: 'said $' + '{input.text}' } } },
  ],
};

/** Says how many files it finds, after it has written one. */
const WRITE: SkillFiles = {
  md: phases(
    'write',
    [
      'entry: work',
      'artifacts: { note: { files: [string] } }',
      'permissions: { file: { read: ["notes/**", "secret/**"], write: ["notes/**"] } }',
    ],
    phase('work', 'input: user_message', 'allowed_ops: [write_file, glob_files, read_file]'),
  ),
  rules: [
    {
      match: { turn: 1 },
      turn: { ops: [{ kind: 'write_file', args: { path: 'notes/b.md', content: 'mine' } }] },
    },
    { match: { turn: 2 }, turn: { ops: [{ kind: 'glob_files', args: { pattern: '**' } }] } },
    { turn: { finish: { files: '$' + '{results.1.files}' } } },
  ],
};

const expected = (text: string) => ({ text: `said ${text}` });
const plain = ({ case: id, score, pass, status }: EvalRow) => ({ id, score, pass, status });

/** A skill that runs another as its only phase. */
const OVER = {
  md: onePhase('over', 'permissions: { skill: { run: [say] } }', 'artifacts: { words: { text: string } }'),
  rules: SAY.rules ?? [],
};

describe('a session', () => {
  it('gives rows in the order in which they were asked for, scored and durable', async () => {
    await inEvaluation({ skills: { say: SAY } }, async (here) => {
      const version = here.project.catalog.open('say');
      const session = await here.evaluation.open(request(here, 'say'));
      const cases = [caseOf('a', 'x', expected('x')), caseOf('b', 'y', expected('z')), caseOf('c', 'z', expected('z'))];
      const rows = await session.evaluate(
        cases.map((each) => ({ version, case: each, seed: 0 })),
        options(),
      );
      expect(rows.map(plain)).toEqual([
        { id: 'a', score: 1, pass: true, status: 'scored' },
        { id: 'b', score: 0, pass: false, status: 'scored' },
        { id: 'c', score: 1, pass: true, status: 'scored' },
      ]);
      expect(rows[1]?.feedback).toMatchObject({ input: { text: 'y' }, result: { text: 'said y' }, path: ['say'] });
      const log = path.join(session.dir, '.reyn', 'log');
      const text = fs
        .readdirSync(log)
        .map((name) => fs.readFileSync(path.join(log, name), 'utf8'))
        .join('');
      expect(text.match(/"type":"case_scored"/g)).toHaveLength(3);
      expect(text).not.toContain('"type":"run_');
      for (const { run = '', head } of rows) {
        const events = fs.readFileSync(path.join(session.dir, '.reyn', 'runs', run, 'events.jsonl'), 'utf8');
        expect(JSON.parse(events.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
          type: 'run_finished',
          hash: head,
        });
      }
      await session.close({ outcome: 'done', score: 0.5 });
    });
  });

  it('runs nothing twice: in one call, in another, or after it was opened again', async () => {
    await inEvaluation({ skills: { say: SAY } }, async (here) => {
      const version = here.project.catalog.open('say');
      const session = await here.evaluation.open(request(here, 'say'));
      const measure = { version, case: caseOf('a', 'x', expected('x')), seed: 0 };
      const twice = await session.evaluate([measure, measure], options());
      expect(twice).toHaveLength(2);
      const cached: boolean[] = [];
      await session.evaluate([measure], options({ onRow: (_, known) => cached.push(known) }));
      await session.close();
      const again = await here.evaluation.open(request(here, 'say', { id: session.id }));
      expect(again.has(measure)).toBe(true);
      await again.evaluate([measure, { ...measure, seed: 1 }], options({ onRow: (_, known) => cached.push(known) }));
      expect(cached).toEqual([true, true, false]);
      expect(again.rows().map(({ seed }) => seed)).toEqual([0, 1]);
      expect(runsIn(again.dir)).toHaveLength(2);
      await again.close();
    });
  });

  it('takes rows over from an earlier session while nothing has changed that they depend on', async () => {
    await inEvaluation({ skills: { say: SAY } }, async (here) => {
      const ask = async (rest: Parameters<typeof request>[2]) => {
        const session = await here.evaluation.open(request(here, 'say', rest));
        const version = here.project.catalog.open('say');
        const [row] = await session.evaluate([{ version, case: caseOf('a', 'x'), seed: 0 }], options());
        const used = session.used();
        await session.close({ outcome: 'done' });
        return { id: session.id, from: row?.from, ms: used.ms };
      };
      const first = await ask({ reuse: true });
      expect(first.from).toBeUndefined();
      expect(await ask({ reuse: true })).toMatchObject({ from: first.id, ms: 0 });
      expect((await ask({})).from).toBeUndefined();
      expect((await ask({ what: 'verify', reuse: true })).from).toBeUndefined();
      here.place.skill('say', { md: `${SAY.md}More.\n` });
      expect((await ask({ reuse: true })).from).toBeUndefined();
    });
  });

  it('takes nothing over once a skill has changed that the evaluated one may run', async () => {
    await inEvaluation({ skills: { say: SAY, over: OVER } }, async (here) => {
      const from = async () => {
        const session = await here.evaluation.open(request(here, 'over', { reuse: true }));
        const version = here.project.catalog.open('over');
        const [row] = await session.evaluate([{ version, case: caseOf('a', 'x'), seed: 0 }], options());
        await session.close({ outcome: 'done' });
        return row?.from;
      };
      expect(await from()).toBeUndefined();
      expect(await from()).toBeDefined();
      here.place.skill('say', { md: `${SAY.md}More.\n` });
      expect(await from()).toBeUndefined();
    });
  });

  it('says in the project log when it began and ended, and nothing else of it is there', async () => {
    await inEvaluation({ skills: { say: SAY } }, async (here) => {
      const version = here.project.catalog.open('say');
      const session = await here.evaluation.open(request(here, 'say', { what: 'verify' }));
      await session.evaluate([{ version, case: caseOf('a', 'CANARY', expected('x')), seed: 0 }], options());
      await session.close({ outcome: 'PASS' });
      expect(session.dir).toBe(path.join(here.project.root, '.reyn', 'sealed', session.id));
      const events = here.project.store.readProject();
      expect(events.map(({ type }) => type)).toEqual(['eval_started', 'eval_finished']);
      expect(events[0]?.data).toMatchObject({ what: 'verify', sealed: true, by: 'tester' });
      expect(events[1]?.data).toMatchObject({ rows: 1, head: lastHash(session.dir) });
      const reyn = here.place.reyn;
      expect(reyn.runs.list()).toEqual([]);
      expect(reyn.evals.list()).toEqual([]);
      expect(() => reyn.evals.get(session.id)).toThrow('there is no evaluation');
      const found = await reyn.index.search({ query: 'CANARY', sources: ['events'] });
      expect(found.hits).toEqual([]);
      const exported = [...reyn.audit.export({ format: 'jsonl' })].join('');
      expect(exported).not.toContain('CANARY');
      expect(session.rows()[0]).not.toHaveProperty('feedback');
    });
  });

  it('runs each case in a copy of what the skill declares, without secrets, and leaves the project as it is', async () => {
    const files = { 'notes/a.md': 'theirs', 'other.md': 'not declared', 'secret/.env': 'KEY=1', 'secret/x.md': 'x' };
    await inEvaluation({ skills: { write: WRITE }, files }, async (here) => {
      const version = here.project.catalog.open('write');
      const session = await here.evaluation.open(request(here, 'write'));
      const rows = await session.evaluate(
        ['a', 'b'].map((id) => ({ version, case: caseOf(id, id), seed: 0 })),
        options(),
      );
      for (const { feedback } of rows) {
        const { result } = feedback as { result: { files: string[] } };
        expect(JSON.stringify(result)).toContain('notes/a.md');
        expect(JSON.stringify(result)).toContain('notes/b.md');
        expect(JSON.stringify(result)).toContain('secret/x.md');
        expect(JSON.stringify(result)).not.toContain('.env');
        expect(JSON.stringify(result)).not.toContain('other.md');
      }
      expect(here.place.read('notes/b.md')).toBeUndefined();
      await session.close();
      expect(fs.existsSync(path.join(session.dir, 'copies'))).toBe(false);
    });
  });

  it('has the failure of a case in its row: out of form, denied, too late, a model that does not answer', async () => {
    const skills = {
      say: SAY,
      fetch: {
        md: phases(
          'fetch',
          ['entry: work', 'artifacts: { done: { ok: boolean } }', 'permissions: { exec: [["echo", "*"]] }'],
          phase(
            'work',
            'input: user_message',
            'allowed_ops: []',
            'preprocessor:',
            '  - { type: op, op: sandboxed_exec, args: { argv: [echo, hi] } }',
          ),
        ),
        rules: [{ turn: { finish: { ok: true } } }],
      },
      slow: {
        md: onePhase('slow', 'artifacts: { words: { text: string } }'),
        rules: [{ turn: { finish: { text: '' }, delay_ms: 60_000 } }],
      },
      mute: {
        md: onePhase('mute', 'artifacts: { words: { text: string } }'),
        rules: [{ match: { visit: 7 }, turn: { finish: { text: '' } } }],
      },
    };
    await inEvaluation({ skills, config: ['eval: { timeout: 0.2 }'] }, async (here) => {
      const one = async (skill: string, text: string) => {
        const session = await here.evaluation.open(request(here, skill));
        const version = here.project.catalog.open(skill);
        const [row] = await session.evaluate([{ version, case: caseOf('a', text, 'x'), seed: 0 }], options());
        await session.close();
        return `${row?.status} ${row?.score} ${row?.error ?? ''}`;
      };
      expect(await one('say', 'none')).toMatch(/^failed 0 /);
      expect(await one('fetch', 'x')).toMatch(/^denied 0 /);
      expect(await one('slow', 'x')).toMatch(/^timeout 0 /);
      expect(await one('mute', 'x')).toMatch(/^infra 0 model: No rule fits/);
    });
  });

  it('lets evaluated skills do outside of their copy what `eval.allow` names, not what was granted to them', async () => {
    const skills = {
      ask: {
        md: phases(
          'ask',
          ['entry: work', 'artifacts: { done: { ok: boolean } }', 'permissions: { file: { read: ["/tmp/**"] } }'],
          phase(
            'work',
            'input: user_message',
            'preprocessor:',
            '  - { type: op, op: read_file, args: { path: /tmp/nothing-of-that-name } }',
          ),
        ),
        rules: [{ turn: { finish: { ok: true } } }],
      },
    };
    const statusWith = (config: readonly string[]) =>
      inEvaluation({ skills, config }, async (here) => {
        const version = here.project.catalog.open('ask');
        await here.project.grants.save({
          id: 'g1',
          skill: 'ask',
          fingerprint: version.skill.fingerprint,
          need: 'file.read',
          resource: '/tmp/nothing-of-that-name',
          scope: 'exact',
          who: 'tester',
        });
        const session = await here.evaluation.open(request(here, 'ask'));
        const [row] = await session.evaluate([{ version, case: caseOf('a', 'x'), seed: 0 }], options());
        await session.close();
        return row?.status;
      });
    expect(await statusWith([])).toBe('denied');
    expect(await statusWith(['eval: { allow: [{ need: file.read, resource: "/tmp/**" }] }'])).toBe('failed');
  });

  it('shows programs the place of the project, not that of the copy: they cannot tell a sealed case from a run', async () => {
    const echo = phases(
      'where',
      [
        'entry: work',
        'artifacts: { done: { ok: boolean } }',
        'permissions: { file: { read: ["notes/**"] }, exec: [["sh", "**"]] }',
      ],
      phase(
        'work',
        'input: user_message',
        'allowed_ops: []',
        'preprocessor:',
        '  - { type: op, op: sandboxed_exec, args: { argv: [sh, -c, "pwd; cat notes/a.md; env"] } }',
      ),
    );
    const skills = { where: { md: echo, rules: [{ turn: { finish: { ok: true } } }] } };
    const config = ['eval: { allow: [{ need: exec }, { need: file.read }] }'];
    await inEvaluation({ skills, config, files: { 'notes/a.md': 'a note' } }, async (here) => {
      const version = here.project.catalog.open('where');
      const session = await here.evaluation.open(request(here, 'where', { what: 'verify' }));
      const [row] = await session.evaluate([{ version, case: caseOf('a', 'x'), seed: 0 }], options());
      const log = fs.readFileSync(path.join(session.dir, '.reyn/runs', row?.run ?? '', 'events.jsonl'), 'utf8');
      const [said] = /"stdout":"[^"]*"/.exec(log) ?? [''];
      await session.close();
      expect(said).toContain(`"stdout":"${here.project.root}\\na note`);
      expect(said).not.toMatch(/sealed|copies|evals/);
    });
  });

  it('gives a model the seed of the run, so that another repetition is another run', async () => {
    const server = await startWireServer(calls(['finish', { artifact: { text: 'hi' } }]));
    const config = ['models:', `  bee: { provider: openai-compatible, model: m, base_url: "${server.baseUrl}" }`];
    try {
      await inEvaluation({ skills: { say: SAY }, config, model: 'bee' }, async (here) => {
        const version = here.project.catalog.open('say');
        const session = await here.evaluation.open(request(here, 'say'));
        const measures = [3, 4].map((seed) => ({ version, case: caseOf('a', 'x', { text: 'hi' }), seed }));
        const rows = await session.evaluate(measures, options({ concurrency: 1 }));
        expect(rows.map(({ pass, usage }) => pass && usage.output > 0)).toEqual([true, true]);
        expect(new Set(rows.map(({ key }) => key)).size).toBe(2);
        expect(server.requests.map(({ body }) => (body as { seed?: number }).seed)).toEqual([3, 4]);
        expect(session.used().input).toBe(rows.reduce((sum, { usage }) => sum + usage.input, 0));
        await session.close();
      });
    } finally {
      await server.close();
    }
  });

  it('stops when it is aborted, keeps what was scored, and goes on when it is opened again', async () => {
    const slow = {
      ...SAY,
      rules: [
        { match: { input: { text: 'slow' } }, turn: { finish: { text: 's' }, delay_ms: 500 } },
        ...(SAY.rules ?? []),
      ],
    };
    await inEvaluation({ skills: { say: slow } }, async (here) => {
      const version = here.project.catalog.open('say');
      const session = await here.evaluation.open(request(here, 'say'));
      const stop = new AbortController();
      const measures = [caseOf('a', 'x'), caseOf('b', 'slow')].map((each) => ({ version, case: each, seed: 0 }));
      const going = session.evaluate(
        measures,
        options({ signal: stop.signal, onRow: () => stop.abort(new Error('enough')) }),
      );
      await expect(going).rejects.toThrow('enough');
      expect(session.rows().map((row) => row.case)).toEqual(['a']);
      await session.close();
      await here.close();
      const later = openEvaluating(here.place);
      const again = await later.evaluation.open(request(later, 'say', { id: session.id }));
      expect(again.rows().map((row) => row.case)).toEqual(['a']);
      await expect(later.evaluation.open(request(later, 'say', { id: session.id }))).rejects.toThrow('another process');
      const same = { ...measures[1], version: later.project.catalog.open('say') } as (typeof measures)[number];
      const [row] = await again.evaluate([same], options());
      expect(row).toMatchObject({ case: 'b', status: 'scored', feedback: { result: { text: 's' }, path: ['say'] } });
      expect(runsIn(again.dir)).toHaveLength(2);
      await again.close();
      await later.close();
    });
  });
});

function runsIn(dir: string): string[] {
  return fs.readdirSync(path.join(dir, '.reyn', 'runs'));
}

function lastHash(dir: string): string {
  const log = path.join(dir, '.reyn', 'log');
  const [name = ''] = fs.readdirSync(log).toReversed();
  const line = fs.readFileSync(path.join(log, name), 'utf8').trim().split('\n').at(-1) ?? '';
  return JSON.parse(line).hash;
}
