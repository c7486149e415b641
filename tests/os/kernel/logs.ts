import type { RunEvent } from '../../../src/os/events/event.ts';
import { foldAll } from '../../../src/os/kernel/fold.ts';
import { next } from '../../../src/os/kernel/next.ts';
import { frameNow } from '../../../src/os/kernel/turn.ts';
import type { Frame } from '../../../src/os/models/port.ts';
import { OPS } from '../../../src/os/ops/list.ts';
import type { Skill } from '../../../src/os/skills/skill.ts';
import { inProject, onePhase, type ProjectSpec, person, phase, phases, type TestProject } from '../../project.ts';

/** A run of each kind of event, recorded once and looked at by many tests. */
export type RecordedRun = { readonly skill: Skill; readonly events: readonly RunEvent[] };

const NOTE = 'artifacts: { note: { text: string } }';

/** A skill with everything in it. */
export const EVERYTHING: ProjectSpec = {
  files: { 'in/a.txt': 'a\n', 'in/b.txt': 'b\n', 'in/c.txt': 'c\n', 'in/d.txt': 'd\n' },
  config: ['policy: { allow: [{ need: file.write, resource: "out/ok/**" }] }'],
  skills: {
    work: {
      md: phases(
        'work',
        [
          'entry: find',
          'final_output: note',
          'artifacts:',
          '  note: { text: string }',
          '  job: { text: string, found: { type: object } }',
          'permissions: { file: { read: ["in/**", "out/**"], write: ["out/**"] }, skill: { run: [helper] } }',
          'graph: { find: [do], do: [{ to: again, when: { visits.again: { maximum: 0 } } }, end], again: [do] }',
          'postprocessor:',
          '  output_name: report',
          '  output_schema: { type: object }',
          '  steps: [{ type: op, op: glob_files, args: { pattern: "in/*.txt" }, into: files }]',
        ],
        phase(
          'find',
          'model_class: none',
          'preprocessor:',
          '  - { type: op, op: glob_files, args: { pattern: "in/*" }, into: found }',
          '  - { type: validate, schema: { type: object } }',
        ),
        phase('do', 'input: job', 'allowed_ops: [read_file, write_file, ask_user, run_skill]'),
        phase('again', 'input: note', 'allowed_ops: []'),
      ),
      rules: [
        {
          match: { phase: 'do', visit: 1, turn: 1, attempt: 1 },
          turn: { text: 'no json, no tool' },
        },
        {
          match: { phase: 'do', visit: 1, turn: 1 },
          turn: { ops: ['a', 'b', 'c', 'd'].map((name) => ({ kind: 'read_file', args: { path: `in/${name}.txt` } })) },
        },
        {
          match: { phase: 'do', visit: 1, turn: 2 },
          turn: {
            ops: [
              { kind: 'write_file', args: { path: 'out/ok/1.txt', content: '1' } },
              { kind: 'write_file', args: { path: 'out/asked.txt', content: '2' } },
              { kind: 'write_file', args: { path: 'elsewhere.txt', content: '3' } },
              { kind: 'ask_user', args: { question: 'Which?', choices: ['this', 'that'] } },
              { kind: 'run_skill', args: { skill: 'helper', input: 'help' } },
            ],
          },
        },
        {
          match: { phase: 'do', visit: 1 },
          turn: { to: 'again', artifact: { text: 'once more' }, reason: 'Not yet.' },
        },
        { match: { phase: 'again' }, turn: { to: 'do', artifact: { text: 'x', found: {} } } },
        { match: { phase: 'do' }, turn: { finish: { text: 'done' }, confidence: 1 } },
      ],
    },
    helper: { md: onePhase('helper', NOTE), rules: [{ turn: { finish: { text: 'helped' } } }] },
  },
};

/** A run with everything in it: steps, reads, writes, a denial, questions, a sub-run, a violation, a loop. */
export function fullRun(): Promise<RecordedRun> {
  return inProject(EVERYTHING, async (project) => {
    const { run } = await project.run('work', 'go', { ask: person('allow', 'this').ask });
    return { skill: project.reyn.skills.load('work'), events: project.events(run) };
  });
}

/** The same run, suspended at each question and taken up again by an answer from elsewhere. */
export function suspendedRun(): Promise<RecordedRun> {
  return inProject(EVERYTHING, async (project) => {
    const { run } = await project.run('work', 'go');
    for (const text of ['allow', 'this']) await project.reyn.answer(project.reyn.inbox()[0]?.id ?? '', text);
    return { skill: project.reyn.skills.load('work'), events: project.events(run) };
  });
}

export const reads = (kind: string) => OPS.find((op) => op.kind === kind)?.effect === 'reads';

/** What a skill's run was, as its project has it. */
export function recorded(project: TestProject, skill: string, run: string): RecordedRun {
  return { skill: project.reyn.skills.load(skill), events: project.events(run) };
}

export type Asked = { readonly step: string; readonly request: string; readonly frame: Frame };

/** Every turn of a run with the frame it was asked with, made again from the log before it. */
export function framesOf({ skill, events }: RecordedRun): readonly Asked[] {
  return events.flatMap((event, i) => {
    if (event.type !== 'turn_acted' && event.type !== 'turn_decided' && event.type !== 'validation_error') return [];
    const state = foldAll(events.slice(0, i));
    const due = next(state, skill, reads).find((action) => action.do === 'turn');
    if (due === undefined) throw new Error(`no turn was due before ${event.step}`);
    const { frame } = frameNow(skill, OPS, state, due);
    return [{ step: event.step ?? '', request: event.data.request, frame }];
  });
}

/** Text of a section of the user's part; `undefined` where there is none. */
export function section({ frame }: Pick<Asked, 'frame'>, name: string): string | undefined {
  return [...frame.system, ...frame.user].find((each) => each.name.startsWith(name))?.text;
}
