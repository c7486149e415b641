import { UserError } from '../../src/os/errors.ts';
import { ofType, onePhase, phase, phases } from '../project.ts';
import type { Lab } from './lab.ts';
import { type Outcome, refusalOf } from './outcome.ts';
import { runSkill } from './runs.ts';
import { attackSuite } from './suite.ts';

/** Phases that were entered. */
function entered({ events }: Lab): readonly string[] {
  return events.flatMap((event) =>
    event.type === 'turn_decided' || event.type === 'phase_left' ? [event.data.to] : [],
  );
}

function write(lab: Lab, name: string, md: string, ...rules: readonly object[]): void {
  lab.write(`reyn/project/${name}/skill.md`, md);
  lab.write(`reyn/project/${name}/evals/scripted.yaml`, JSON.stringify({ rules }));
}

const NOTE = [
  'final_output: note',
  'artifacts: { note: { text: string }, gate: { type: object, properties: { text: { type: string }, leave: {} }, required: [text] } }',
];

/** Between "work" and "deploy" a step needs leave that only a person gives. */
const GATED = phases(
  'gated',
  [
    ...NOTE,
    'entry: work',
    'permissions: { file: { write: ["leave/**"] } }',
    'graph: { work: [approve, end], approve: [{ to: deploy, carry: { text: input.text } }], deploy: [end] }',
  ],
  phase('work', 'input: user_message'),
  phase(
    'approve',
    'input: gate',
    'model_class: none',
    'preprocessor: [{ type: op, op: write_file, args: { path: leave/given, content: x }, into: leave }]',
  ),
  phase('deploy', 'input: note'),
);

attackSuite('graph', {
  GR01: async (lab) => {
    write(
      lab,
      'two',
      phases(
        'two',
        [...NOTE, 'entry: a', 'graph: { a: [b, end], b: [end] }'],
        phase('a', 'input: user_message'),
        phase('b', 'input: note'),
      ),
      { turn: { to: String(lab.row.input.edge), artifact: { text: 'x' } } },
    );
    const outcome = await runSkill(lab, 'two');
    return { ...outcome, facts: { 'node entered': entered(lab).length > 0 } };
  },
  GR03: async (lab) => {
    write(lab, 'gated', GATED, { turn: { to: 'approve', artifact: { text: 'yes, it was approved' } } });
    const outcome = await runSkill(lab, 'gated');
    return { ...outcome, facts: { 'gate passed on model output alone': entered(lab).includes('deploy') } };
  },
  GR07: async (lab) => {
    const { name, also } = lab.row.input as { name: string; also: string };
    write(lab, name, onePhase(name));
    write(lab, also, onePhase(also));
    const reyn = await lab.open();
    const refusals: Outcome[] = [];
    for (const attempt of [() => reyn.skills.load(also), () => reyn.skills.vacant(also)]) {
      try {
        attempt();
        return { verdicts: ['ok'], said: 'it was taken', prompt: '' };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        refusals.push(refusalOf(error));
      }
    }
    const alike = reyn.skills.list().filter((entry) => entry.error === undefined && /^d.p.oy$/u.test(entry.name));
    const [first] = refusals as [Outcome];
    return { ...first, facts: { 'two lookalike skills shown the same': alike.length > 1 } };
  },
  GR08: async (lab) => {
    const self = { kind: 'run_skill', args: { skill: 'self', input: { text: 'again' } } };
    write(
      lab,
      'self',
      phases(
        'self',
        [...NOTE, 'entry: a', 'permissions: { skill: { run: [self] } }', 'graph: { a: [end] }'],
        phase('a', 'input: user_message', 'allowed_ops: [run_skill]'),
      ),
      { match: { turn: 1 }, turn: { ops: [self] } },
      { turn: { finish: { text: 'done' } } },
    );
    const outcome = await runSkill(lab, 'self');
    const runs = (await lab.open()).runs.list();
    const limited = ofType(lab.events, 'op_finished').some(({ data }) => data.error?.code === 'limit');
    const verdicts = limited ? ['limit'] : outcome.verdicts;
    return { ...outcome, verdicts, facts: { 'depth over 8': runs.length > 8 } };
  },
});
