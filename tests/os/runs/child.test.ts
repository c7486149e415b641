import { describe, expect, it } from 'vitest';
import { derivedId } from '../../../src/os/ids.ts';
import {
  abortAt,
  inProject,
  ofType,
  type ProjectSpec,
  person,
  phase,
  phases,
  type Rule,
  type SkillFiles,
} from '../../project.ts';

const NOTE = 'artifacts: { note: { text: string } }';

/** A skill of one phase with ops, and its rules. */
function skill(name: string, permissions: string, ops: string, ...rules: Rule[]): SkillFiles {
  return { md: phases(name, [NOTE, `permissions: ${permissions}`], phase(name, `allowed_ops: [${ops}]`)), rules };
}

const run = (name: string, input: string | object = 'sub') => ({ kind: 'run_skill', args: { skill: name, input } });
const finish = (text: string) => ({ turn: { finish: { text } } });
/** Its parent declares what its sub-runs do, or they could not. */
const PARENT = skill(
  'parent',
  '{ skill: { run: [child, absent, broken, parent] }, file: { read: ["in/**"], write: ["out/**"] } }',
  'run_skill',
  { match: { turn: 1 }, turn: { ops: [run('child')] } },
  finish('parent is done'),
);

function family(child: SkillFiles, more: Partial<ProjectSpec> & { parent?: SkillFiles } = {}): ProjectSpec {
  const { parent = PARENT, skills = {}, ...rest } = more;
  return { ...rest, skills: { parent, child, ...skills } };
}

const ASKING = skill(
  'child',
  '{}',
  'ask_user',
  { match: { turn: 1 }, turn: { ops: [{ kind: 'ask_user', args: { question: 'Why?' } }] } },
  finish(`\${results.0.answer}`),
);
const WRITING = skill(
  'child',
  '{ file: { write: ["out/**"] } }',
  'write_file',
  { match: { turn: 1 }, turn: { ops: [{ kind: 'write_file', args: { path: 'out/x', content: 'y' } }] } },
  finish('written'),
);

describe('a sub-run', () => {
  it('runs under its own name, and its result comes back', () =>
    inProject(family(skill('child', '{}', '', finish(`child got \${input.text}`))), async (project) => {
      const parent = await project.run('parent', 'go');
      expect(parent).toMatchObject({ status: 'finished', exit: 0 });
      const [started] = ofType(project.events(parent.run), 'op_started');
      const [done] = ofType(project.events(parent.run), 'op_finished');
      expect(started?.data.child).toBe(derivedId(parent.run, '1/t1/o1'));
      expect(done?.data.result).toEqual({ text: 'child got sub' });
      const child = project.reyn.runs.show(started?.data.child ?? '');
      expect(child).toMatchObject({ skill: 'child', status: 'finished', parent: parent.run });
      expect(await project.reyn.replay(parent.run)).toMatchObject({ identical: true });
      expect(await project.reyn.replay(child.run)).toMatchObject({ identical: true });
      expect(project.reyn.verify()).toMatchObject({ ok: true });
    }));

  it('that fails or aborts fails the op, and the parent goes on', () =>
    inProject(family(skill('child', '{}', '', { turn: { abort: 'No way.' } })), async (project) => {
      const parent = await project.run('parent', 'go');
      expect(parent.status).toBe('finished');
      expect(ofType(project.events(parent.run), 'op_finished')[0]?.data.error).toEqual({
        code: 'aborted',
        message: 'No way.',
      });
      project.skill('child', { rules: [{ turn: { text: 'no' } }] });
      const again = await project.run('parent', 'go');
      expect(ofType(project.events(again.run), 'op_finished')[0]?.data.error).toMatchObject({ code: 'contract' });
    }));

  it('that cannot be started fails the op with the reason', () =>
    inProject(
      family(ASKING, {
        parent: skill(
          'parent',
          '{ skill: { run: [absent, broken, child] } }',
          'run_skill',
          { match: { turn: 1 }, turn: { ops: [run('absent'), run('broken'), run('child', { none: 1 })] } },
          finish('done'),
        ),
        skills: { broken: { md: '---\ntype: skill\nname: broken\n---\n' } },
      }),
      async (project) => {
        const parent = await project.run('parent', 'go');
        expect(parent.status).toBe('finished');
        const errors = ofType(project.events(parent.run), 'op_finished').map(({ data }) => data.error);
        expect(errors.map((error) => error?.code)).toEqual(['not_found', 'skill', 'input']);
        expect(errors[0]?.message).toContain('absent was not started: there is no skill "absent"');
        expect(project.reyn.runs.list()).toHaveLength(1);
      },
    ));

  it('needs the leave of its parent, and its own for what it does', () =>
    inProject(family(WRITING), async (project) => {
      const md = project.read('reyn/project/parent/skill.md') ?? '';
      project.skill('parent', { md: md.replace('[child, ', '[') });
      const refused = await project.run('parent', 'go');
      expect(refused).toMatchObject({ exit: 4, denied: [{ need: 'skill.run', resource: 'child' }] });
      expect(project.reyn.runs.list()).toHaveLength(1);

      project.skill('parent', { md: md.replace('write: ["out/**"]', 'write: ["**"]') });
      project.skill('child', { md: (WRITING.md ?? '').replace('out/**', 'other/**') });
      const parent = await project.run('parent', 'go');
      expect(parent).toMatchObject({
        status: 'finished',
        exit: 4,
        denied: [{ run: derivedId(parent.run, '1/t1/o1'), need: 'file.write', resource: 'out/x' }],
      });
      expect(project.read('out/x')).toBeUndefined();
    }));

  it('is denied in the name of every run above it, also when another process asks later', () =>
    inProject(
      family(
        skill(
          'child',
          '{ skill: { run: [grandchild] } }',
          'run_skill',
          { turn: { ops: [run('grandchild')] }, times: 1 },
          finish('done'),
        ),
        {
          skills: { grandchild: { ...WRITING, md: (WRITING.md ?? '').replace('name: child', 'name: grandchild') } },
        },
      ),
      async (project) => {
        const parent = await project.run('parent', 'go');
        const child = derivedId(parent.run, '1/t1/o1');
        expect(parent).toMatchObject({
          status: 'finished',
          exit: 4,
          denied: [{ run: derivedId(child, '1/t1/o1'), need: 'file.write', resource: 'out/x' }],
        });
        const reyn = await project.reopen();
        expect((await reyn.resume(parent.run)).denied).toEqual(parent.denied);
      },
    ));

  it('is held to what its parent declares, besides what it declares itself', () =>
    inProject(
      family(WRITING, {
        parent: { ...PARENT, md: (PARENT.md ?? '').replace('write: ["out/**"]', 'write: []') },
        config: ['policy: { allow: [{ need: file.write }] }'],
      }),
      async (project) => {
        const parent = await project.run('parent', 'go');
        expect(parent).toMatchObject({ exit: 4, denied: [{ need: 'file.write', resource: 'out/x' }] });
        expect(parent.denied[0]?.reason).toContain('runs for the skill "parent", which does not declare file.write');
        expect(project.read('out/x')).toBeUndefined();
        const child = derivedId(parent.run, '1/t1/o1');
        expect(ofType(project.events(child), 'permission_denied')[0]?.data.by).toBe('bound parent');
        expect(await project.reyn.replay(child)).toMatchObject({ identical: true });
      },
    ));

  it('is held to its own permissions alone where its parent delegates to it', () =>
    inProject(
      family(WRITING, {
        parent: {
          ...PARENT,
          md: (PARENT.md ?? '').replace(/permissions: .*/, 'permissions: { skill: { delegate: ["*"] } }'),
        },
        config: ['policy: { allow: [{ need: file.write }] }'],
      }),
      async (project) => {
        expect(await project.run('parent', 'go')).toMatchObject({ status: 'finished', exit: 0 });
        expect(project.read('out/x')).toBe('y');
      },
    ));

  it('that waits lets its parent wait, names the question there, and goes on from the root when it is answered', () =>
    inProject(family(ASKING), async (project) => {
      const waiting = await project.run('parent', 'go');
      expect(waiting).toMatchObject({ status: 'waiting', exit: 3 });
      const child = derivedId(waiting.run, '1/t1/o1');
      expect(waiting.waiting).toMatchObject([{ run: child, root: waiting.run, skill: 'child', text: 'Why?' }]);
      expect(project.reyn.inbox()).toEqual(waiting.waiting);

      const reyn = await project.reopen();
      const outcome = await reyn.answer(waiting.waiting[0]?.id ?? '', 'because');
      expect(outcome).toMatchObject({ run: waiting.run, status: 'finished', exit: 0 });
      expect(ofType(project.events(outcome.run), 'op_finished')[0]?.data.result).toEqual({ text: 'because' });
      expect(reyn.inbox()).toEqual([]);
      for (const run of [outcome.run, child]) expect(await reyn.replay(run)).toMatchObject({ identical: true });
    }));

  it('of a sub-run may ask too, and a person who is there answers in place', () =>
    inProject(
      family(
        skill(
          'child',
          '{ skill: { run: [grandchild] } }',
          'run_skill',
          { match: { turn: 1 }, turn: { ops: [run('grandchild')] } },
          finish('middle'),
        ),
        { skills: { grandchild: { ...ASKING, md: (ASKING.md ?? '').replaceAll('child', 'grandchild') } } },
      ),
      async (project) => {
        const waiting = await project.run('parent', 'go');
        expect(waiting.waiting).toMatchObject([{ skill: 'grandchild', root: waiting.run }]);
        const { ask, asked } = person('because');
        const outcome = await project.reyn.resume(waiting.run, { ask });
        expect(outcome).toMatchObject({ status: 'finished', exit: 0 });
        expect(asked.map(({ skill: who }) => who)).toEqual(['grandchild']);
      },
    ));

  it('is resumed through the run that started it', () =>
    inProject(family(ASKING), async (project) => {
      const { run: root } = await project.run('parent', 'go');
      const { ask } = person('because');
      expect(await project.reyn.resume(derivedId(root, '1/t1/o1'), { ask })).toMatchObject({
        run: root,
        status: 'finished',
      });
    }));

  it('that is interrupted interrupts its parent, and is taken up again, not started again', () =>
    inProject(family(WRITING, { config: ['policy: { allow: [{ need: file.write }] }'] }), async (project) => {
      const stopped = await project.run(
        'parent',
        'go',
        abortAt(({ type, data }) => type === 'op_started' && (data as { kind: string }).kind === 'write_file'),
      );
      expect(stopped).toMatchObject({ status: 'interrupted', exit: 130 });
      const child = derivedId(stopped.run, '1/t1/o1');
      expect(project.reyn.runs.show(child).status).toBe('interrupted');
      expect(await project.reyn.resume(stopped.run)).toMatchObject({ status: 'finished', exit: 0 });
      expect(project.types(child).filter((type) => type === 'op_started')).toHaveLength(1);
      expect(project.reyn.runs.list()).toHaveLength(2);
    }));

  it('whose model fails leaves both to be resumed', () =>
    inProject(family(skill('child', '{}', '', { match: { turn: 7 }, turn: { abort: 'never' } })), async (project) => {
      const stopped = await project.run('parent', 'go');
      expect(stopped).toMatchObject({ status: 'interrupted', exit: 7, reason: { code: 'model' } });
      expect(stopped.reason?.message).toContain('No rule fits phase child');
    }));

  it('that was ended by a person fails the op of its parent', () =>
    inProject(family(ASKING), async (project) => {
      const { run: root } = await project.run('parent', 'go');
      const child = derivedId(root, '1/t1/o1');
      await project.reyn.cancel(child, 'enough');
      expect(await project.reyn.resume(root)).toMatchObject({ status: 'finished' });
      expect(ofType(project.events(root), 'op_finished')[0]?.data.error).toEqual({
        code: 'aborted',
        message: 'enough',
      });
    }));
});

describe('limits of a sub-run', () => {
  it('are what its parent has left, and what it used is charged to the parent', () =>
    inProject(
      family(
        skill(
          'child',
          '{ file: { read: ["in/**"] } }',
          'read_file',
          { match: { turn: 1 }, turn: { ops: [{ kind: 'read_file', args: { path: 'in/a' } }] } },
          finish('x'),
        ),
        { files: { 'in/a': 'a' } },
      ),
      async (project) => {
        const parent = await project.run('parent', 'go', { limits: { max_turns: 10, max_ops: 5, on_limit: 'ask' } });
        const [first] = ofType(project.events(derivedId(parent.run, '1/t1/o1')), 'run_skill_started');
        expect(first?.data.limits).toMatchObject({ max_turns: 9, max_ops: 4, on_limit: 'ask' });
        expect(parent.spent).toMatchObject({ turns: 4, ops: 2 });
      },
    ));

  it('stop it when the parent has nothing left, and then the parent', () =>
    inProject(
      family(skill('child', '{}', '', { match: { attempt: { maximum: 2 } }, turn: { text: 'no' } }, finish('x'))),
      async (project) => {
        const parent = await project.run('parent', 'go', { limits: { max_turns: 3 } });
        const child = derivedId(parent.run, '1/t1/o1');
        expect(project.reyn.runs.show(child)).toMatchObject({ status: 'failed', reason: { code: 'limit' } });
        expect(parent).toMatchObject({ status: 'failed', exit: 5, reason: { code: 'limit' }, spent: { turns: 3 } });
      },
    ));

  it('end a skill that runs itself', () =>
    inProject(
      {
        skills: { parent: { ...PARENT, rules: [{ match: { turn: 1 }, turn: { ops: [run('parent')] } }, finish('x')] } },
      },
      async (project) => {
        const outcome = await project.run('parent', 'go', { limits: { max_turns: 12 } });
        expect(outcome).toMatchObject({ status: 'failed', exit: 5 });
        expect(project.reyn.runs.list().length).toBeLessThan(14);
      },
    ));

  it('are that eight runs are nested and no more, whatever turns there are', () =>
    inProject(
      {
        skills: { parent: { ...PARENT, rules: [{ match: { turn: 1 }, turn: { ops: [run('parent')] } }, finish('x')] } },
      },
      async (project) => {
        const outcome = await project.run('parent', 'go');
        const runs = project.reyn.runs.list();
        expect([outcome.status, runs.length]).toEqual(['finished', 8]);
        const ends = runs.flatMap((each) => ofType(project.events(each.run), 'op_finished'));
        expect(ends.filter(({ data }) => data.error?.code === 'limit').map(({ data }) => data.error?.message)).toEqual([
          'parent was not started: 8 runs are nested already, and no more may be.',
        ]);
      },
    ));
});

describe('cancelling a run', () => {
  it('ends the sub-runs it waits for, and with them their questions', () =>
    inProject(family(ASKING), async (project) => {
      const { run: root } = await project.run('parent', 'go');
      expect(project.reyn.inbox()).toHaveLength(1);
      expect(await project.reyn.cancel(root, 'enough')).toMatchObject({
        status: 'aborted',
        exit: 1,
        reason: { code: 'aborted_by_person', message: 'enough' },
      });
      expect(project.reyn.inbox()).toEqual([]);
      expect(project.reyn.runs.list().map(({ status }) => status)).toEqual(['aborted', 'aborted']);
      const before = project.events(root).length;
      await project.reyn.cancel(root, 'once more');
      expect(project.events(root)).toHaveLength(before);
    }));
});
