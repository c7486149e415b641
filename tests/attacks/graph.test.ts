import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../src/os/errors.ts';
import { candidateIn } from '../learning/versions/candidate.ts';
import { ofType, onePhase, phase, phases } from '../project.ts';
import type { Lab } from './lab.ts';
import { begun } from './must-not.ts';
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

/** A skill of one phase that may ask for one kind of op. */
function acting(name: string, op: string, permissions: unknown): string {
  const front = [...NOTE, 'entry: act', 'graph: { act: [end] }', `permissions: ${JSON.stringify(permissions)}`];
  return phases(name, front, phase('act', 'input: user_message', `allowed_ops: [${op}]`));
}

function textOf({ ws }: Lab, skill: string): string {
  return fs.readFileSync(path.join(ws, 'reyn/project', skill, 'skill.md'), 'utf8');
}

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
  GR12: async (lab) => {
    const versions = lab.row.setup.find((action) => action.do === 'versions');
    const md = (permissions: unknown) => acting('tool', 'sandboxed_exec', permissions);
    const program = { kind: 'sandboxed_exec', args: { argv: ['true'] } };
    const first = md({ exec: [['true', '**']] });
    const rules = [{ match: { turn: 1 }, turn: { ops: [program] } }, { turn: { finish: { text: 'done' } } }];
    write(lab, 'tool', first, ...rules);
    const reyn = await lab.open();
    await reyn.versions.adopt('tool');
    await reyn.grants.add({ skill: 'tool', need: 'exec', resource: 'true **' });
    const isOpen = () =>
      reyn.policy.explain({ skill: 'tool', op: 'sandboxed_exec', resource: 'true' }).verdict === 'allow';
    if (!isOpen()) throw new Error('the first version has no approval that could count again');
    lab.write('reyn/project/tool/skill.md', md(versions?.v2_permissions));
    await reyn.versions.adopt('tool');
    const back = await reyn.versions.rollback('tool', String(lab.row.input.to));
    if (back.loosens.length === 0) throw new Error('nobody is told that the rollback widens');
    const outcome = await runSkill(lab, 'tool');
    return { ...outcome, facts: { 'v1 runs with old approval': begun(lab).includes('sandboxed_exec') } };
  },
  GR14: async (lab) => {
    write(lab, 'gated', GATED, { turn: { finish: { text: 'done' } } });
    const without = GATED.replace(/work: \[approve, end\], approve: .*?\}\]/, 'work: [deploy, end]');
    const at = without.indexOf('\n## phase: approve');
    const open = without.slice(0, at) + without.slice(without.indexOf('\n## phase: deploy'));
    const receipt = await candidateIn(lab.ws, 'gated', { 'skill.md': open });
    lab.config.self_improvement = { on_propose: 'auto' };
    lab.receipt = (id) => (id === receipt.id ? receipt : undefined);
    const args = { skill: 'gated', from: receipt.from, to: receipt.to, receipt: receipt.id, reason: 'simpler' };
    write(
      lab,
      'improver',
      acting('improver', 'apply_version', { skill: { write: ['gated'] } }),
      { match: { turn: 1 }, turn: { ops: [{ kind: 'apply_version', args }] } },
      { turn: { finish: { text: 'done' } } },
    );
    const outcome = await runSkill(lab, 'improver');
    return { ...outcome, facts: { 'applied automatically': textOf(lab, 'gated') !== GATED } };
  },
});
