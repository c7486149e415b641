import { describe, expect, it } from 'vitest';
import { simulatedClock } from '../../src/os/clock.ts';
import { abortAt, inProject, phase, phases } from '../project.ts';

const SKILL = phases(
  'note',
  ['artifacts: { done: { text: string } }', 'permissions: { file: { write: ["out/**"] } }'],
  phase('write', 'input: user_message', 'allowed_ops: [write_file]'),
);
const POLICY = ['policy: { allow: [{ need: file.write, resource: "out/**" }] }'];
const write = (turn: number) => ({
  match: { turn },
  turn: { ops: [{ kind: 'write_file', args: { path: `out/${turn}.md`, content: 'a note' } }], delay_ms: 10 },
});
const RULES = [write(1), write(2), write(3), { turn: { finish: { text: 'done' } } }];

const MAY = Date.UTC(2026, 4, 1);
const DAY = 86_400_000;

describe('a clock that goes back', () => {
  it('in the midst of a run, by days or by months, changes nothing but the times that are written down', async () => {
    for (const back of [1, DAY, 40 * DAY, 10_000 * DAY]) {
      const clock = simulatedClock(MAY);
      const spec = { config: POLICY, skills: { note: { md: SKILL, rules: RULES } }, open: { clock } };
      await inProject(spec, async ({ run, reopen, events, reyn }) => {
        const outcome = await run('note', 'go', {
          onEvent: ({ type }) => {
            if (type === 'turn_acted') clock.advance(-back);
          },
        });
        expect(outcome, `${back} ms back`).toMatchObject({ status: 'finished', exit: 0 });
        expect(events(outcome.run).map(({ seq }) => seq)).toEqual(events(outcome.run).map((_, i) => i + 1));
        expect(outcome.spent.ms, `${back} ms back`).toBeGreaterThanOrEqual(0);
        expect(reyn.verify()).toMatchObject({ ok: true });
        const later = await reopen({ clock: simulatedClock(MAY - 100 * DAY) });
        expect((await later.run('note', { text: 'go' })).status).toBe('finished');
        expect(later.verify()).toMatchObject({ ok: true });
        expect(later.runs.list({}).length).toBe(2);
        expect(await later.replay(outcome.run)).toMatchObject({ identical: true });
      });
    }
  });

  it('between an interruption and the resumption loses nothing', async () => {
    const spec = {
      config: POLICY,
      skills: { note: { md: SKILL, rules: RULES } },
      open: { clock: simulatedClock(MAY) },
    };
    await inProject(spec, async ({ run, reopen, types }) => {
      const outcome = await run(
        'note',
        'go',
        abortAt(({ type }) => type === 'op_finished'),
      );
      expect(outcome.status).toBe('interrupted');
      const reyn = await reopen({ clock: simulatedClock(MAY - 400 * DAY) });
      expect(await reyn.resume(outcome.run)).toMatchObject({ status: 'finished', exit: 0 });
      expect(types(outcome.run).filter((type) => type === 'op_started')).toHaveLength(3);
      expect(reyn.verify()).toMatchObject({ ok: true });
    });
  });
});
