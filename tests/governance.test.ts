import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { OpOutcome } from '../src/api.ts';
import type { JsonObject } from '../src/os/json.ts';
import { inProject, onePhase, type TestProject } from './project.ts';

const SPEC = {
  skills: {
    notes: {
      md: onePhase(
        'notes',
        'artifacts: { note: { text: string } }',
        'permissions: { file: { read: ["docs/**"], write: ["out/**"] } }',
      ),
    },
  },
  files: { 'README.md': 'read me\n', 'docs/a.md': 'a\n', 'a[1].md': 'brackets', ['$' + '{args.path}']: 'dollar' },
  config: [
    'policy:',
    '  allow: [{ need: file.write, resource: "out/open/**" }, { need: file.write, skill: notes, resource: "out/notes/**" }]',
    '  deny: [{ need: file.write, resource: out/closed }]',
  ],
};
const inScene = (body: (project: TestProject) => Promise<void>) => inProject(SPEC, body);
const write = ({ reyn }: TestProject, path: string, as?: string): Promise<OpOutcome> =>
  reyn.op('write_file', { path, content: 'x' }, { onAsk: 'fail', ...(as === undefined ? {} : { as }) });

describe('a single op', () => {
  it.each([
    ['out/open/a.md', 'done', 0],
    ['out/closed/a.md', 'denied', 4],
    ['out/a.md', 'denied', 4],
    ['.git/config', 'denied', 4],
    ['reyn.yaml', 'denied', 4],
    ['../x', 'denied', 4],
    ['/etc/x', 'denied', 4],
    ['reyn/project/notes/skill.md', 'denied', 4],
    ['reyn/project/notes/eval.md', 'denied', 4],
  ])('that writes %s is %s', (path, verdict, exit) =>
    inScene(async (project) => {
      const before = project.read(path);
      const outcome = await write(project, path);
      expect(outcome).toMatchObject({ verdict, exit });
      expect(project.read(path)).toBe(verdict === 'done' ? 'x' : before);
      const denials = project.types(outcome.run).filter((type) => type === 'permission_denied');
      expect(denials).toHaveLength(verdict === 'done' ? 0 : 1);
      expect(project.reyn.verify()).toMatchObject({ ok: true });
    }),
  );

  it('is asked about like any other, and goes on with the answer', () =>
    inScene(async (project) => {
      const asked = await project.reyn.op('write_file', { path: 'out/a.md', content: 'x' });
      expect(asked).toMatchObject({ verdict: 'asked', exit: 3 });
      await project.reyn.answer(asked.waiting[0]?.id ?? '', 'once');
      expect(project.read('out/a.md')).toBe('x');
    }));

  it('acts as a skill: what that does not declare is denied, and rules about it count', () =>
    inScene(async (project) => {
      expect(await write(project, 'out/notes/a.md')).toMatchObject({ verdict: 'denied' });
      expect(await write(project, 'out/notes/a.md', 'notes')).toMatchObject({ verdict: 'done' });
      const read = (path: string) => project.reyn.op('read_file', { path }, { as: 'notes' });
      expect(await read('docs/a.md')).toMatchObject({ verdict: 'done', result: { text: 'a\n' } });
      expect(await read('README.md')).toMatchObject({
        verdict: 'denied',
        denied: [{ reason: expect.stringContaining('does not declare') }],
      });
    }));

  it('acts with the grants of the skill, as it is now', () =>
    inProject(SPEC, async (project) => {
      const HOME = fs.mkdtempSync('/tmp/reyn-home-');
      await project.reopen({ env: { HOME, REYN_TRUST_PROJECT: '1' } });
      await project.reyn.grants.add({ skill: 'notes', need: 'file.write', resource: 'out/**' });
      expect(await write(project, 'out/a.md')).toMatchObject({ verdict: 'denied' });
      expect(await write(project, 'out/a.md', 'notes')).toMatchObject({ verdict: 'done' });
      project.write('reyn/project/notes/skill.md', `${project.read('reyn/project/notes/skill.md')}\nMore.\n`);
      expect(await write(project, 'out/b.md', 'notes')).toMatchObject({ verdict: 'denied' });
      fs.rmSync(HOME, { recursive: true });
    }));

  it('takes paths of the project from the root of the disk on', () =>
    inScene(async (project) => {
      expect(await write(project, `${project.root}/out/open/a.md`)).toMatchObject({ verdict: 'done' });
      expect(await write(project, `${project.root}/.git/config`)).toMatchObject({ verdict: 'denied' });
      expect(await write(project, `${project.root}-evil/x`)).toMatchObject({ verdict: 'denied' });
    }));

  it.each(['a[1].md', '$' + '{args.path}'])('takes %s literally', (path) =>
    inScene(async ({ reyn }) => {
      expect(await reyn.op('read_file', { path })).toMatchObject({ verdict: 'done' });
    }),
  );

  it('that fails says why', () =>
    inScene(async ({ reyn }) => {
      expect(await reyn.op('read_file', { path: 'none.md' })).toMatchObject({
        verdict: 'failed',
        exit: 1,
        reason: { message: expect.stringContaining('does not exist') },
      });
    }));

  it.each<[string, JsonObject, string]>([
    ['read_fil', {}, 'there is no op'],
    ['read_file', {}, 'do not fit'],
    ['read_file', { path: 'a', more: 1 }, 'do not fit'],
    ['ask_user', { question: 'x?' }, 'waits for a person'],
  ])('of kind %s with %j is refused, and no run is made', (kind, args, why) =>
    inScene(async ({ reyn }) => {
      await expect(reyn.op(kind, args)).rejects.toThrow(why);
      expect(reyn.runs.list()).toEqual([]);
    }),
  );
});

describe('a rule with a path from the root of the disk on', () => {
  it('speaks of the same place as one written from the project on', () =>
    inScene(async (project) => {
      const rules = {
        allow: [{ need: 'file.write', resource: `${project.root}/out/**` }],
        deny: [{ need: 'file.read', resource: `${project.root}/docs/**` }],
      };
      project.write('reyn.yaml', JSON.stringify({ model: 'scripted', policy: rules }));
      await project.reopen();
      expect(await write(project, 'out/a.md')).toMatchObject({ verdict: 'done' });
      expect(await project.reyn.op('read_file', { path: 'docs/a.md' })).toMatchObject({ verdict: 'denied' });
    }));
});
