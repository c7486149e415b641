import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  inProject,
  ofType,
  type ProjectSpec,
  person,
  phase,
  phases,
  type Rule,
  type TestProject,
} from '../../project.ts';

const SECRET = 'correct-horse-battery-9-staple';
const REFERENCE = '$' + '{secret:DEPLOY_KEY}';

function acts(
  turns: readonly (readonly object[])[],
  config: readonly string[],
  secrets = 'secrets: [DEPLOY_KEY], ',
): ProjectSpec {
  const rules: Rule[] = [
    ...turns.map((ops, i) => ({ match: { turn: i + 1 }, turn: { ops } })),
    { turn: { finish: { text: 'done' } } },
  ];
  const md = phases(
    'demo',
    [
      'artifacts: { note: { text: string } }',
      `permissions: { ${secrets}exec: [[sh, "**"]], file: { read: ["**"], write: ["out/**"] } }`,
    ],
    phase('demo', 'allowed_ops: [read_file, write_file, edit_file, sandboxed_exec]'),
  );
  return { config: ['policy:', `  allow: [${config.join(', ')}]`], skills: { demo: { md, rules } } };
}
const ALL = ['{ need: file.write, resource: "out/**" }', '{ need: exec }'];
const SECRETS = '{ need: secret }';
const write = (content: string, at = 'out/x.txt') => ({ kind: 'write_file', args: { path: at, content } });
const sh = (script: string) => ({ kind: 'sandboxed_exec', args: { argv: ['sh', '-c', script] } });

/** Stores the secret where the user's secrets are, and opens the project anew. */
async function withSecret(project: TestProject): Promise<void> {
  const dir = path.join(project.root, '../', `${path.basename(project.root)}-home`, '.config/reyn');
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  const { openSecrets } = await import('../../../src/secrets.ts');
  const env = { HOME: path.join(dir, '../..'), REYN_TRUST_PROJECT: '1' };
  openSecrets({ root: project.root, env }).set('DEPLOY_KEY', SECRET);
  await project.reopen({ env });
}
const clean = ({ root }: TestProject) =>
  fs.rmSync(path.join(root, '../', `${path.basename(root)}-home`), { recursive: true, force: true });
const inScene = (spec: ProjectSpec, body: (project: TestProject) => Promise<void>) =>
  inProject(spec, async (project) => {
    await withSecret(project);
    await body(project).finally(() => clean(project));
  });

function kept({ root }: TestProject): string {
  const all = fs.readdirSync(path.join(root, '.reyn'), { recursive: true, withFileTypes: true });
  return all
    .filter((entry) => entry.isFile())
    .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

describe('a stored secret that an op refers to', () => {
  it('is put in where the op is done, and is in no file of the store', () =>
    inScene(
      acts([[write(`key = ${REFERENCE}\n`), sh(`echo ${REFERENCE} | wc -c`)]], [...ALL, SECRETS]),
      async (project) => {
        const { run, exit } = await project.run('demo', 'go');
        expect(exit).toBe(0);
        expect(project.read('out/x.txt')).toBe(`key = ${SECRET}\n`);
        expect(ofType(project.events(run), 'op_finished')[1]?.data.result).toMatchObject({
          stdout: `${SECRET.length + 1}\n`,
        });
        expect(kept(project)).toContain('secret:DEPLOY_KEY');
        expect(kept(project)).not.toContain(SECRET);
        expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
      },
    ));

  it('does not come back with what a program prints', () =>
    inScene(acts([[sh(`echo ${REFERENCE}`)]], [...ALL, SECRETS]), async (project) => {
      const { run } = await project.run('demo', 'go');
      expect(ofType(project.events(run), 'op_finished')[0]?.data.result).toMatchObject({
        stdout: '[secret:DEPLOY_KEY]\n',
      });
      expect(kept(project)).not.toContain(SECRET);
    }));

  it('is asked for, and the question does not show it', () =>
    inScene(acts([[write(`key = ${REFERENCE}\n`)]], ALL), async (project) => {
      const { ask, asked } = person('allow');
      await project.run('demo', 'go', { ask });
      expect(asked).toMatchObject([{ about: { need: 'secret', resource: 'DEPLOY_KEY' } }]);
      expect(JSON.stringify(asked)).not.toContain(SECRET);
      expect(project.read('out/x.txt')).toBe(`key = ${SECRET}\n`);
      expect(kept(project)).not.toContain(SECRET);
    }));

  it('is denied where the skill does not declare it', () =>
    inScene(acts([[write(`key = ${REFERENCE}\n`)]], [...ALL, SECRETS], ''), async (project) => {
      const { run, exit } = await project.run('demo', 'go');
      expect(exit).toBe(4);
      expect(ofType(project.events(run), 'permission_denied')[0]?.data).toMatchObject({
        need: 'secret',
        by: 'declared',
      });
      expect(project.read('out/x.txt')).toBeUndefined();
    }));

  it('and is not stored fails the op, and says how it can be', () =>
    inProject(acts([[write(`key = ${REFERENCE}\n`)]], [...ALL, SECRETS]), async (project) => {
      const { run } = await project.run('demo', 'go');
      expect(ofType(project.events(run), 'op_finished')[0]?.data.error).toMatchObject({
        code: 'no_secret',
        message: 'No secret is stored as DEPLOY_KEY; a person stores one with `reyn secrets set`.',
      });
      expect(project.read('out/x.txt')).toBeUndefined();
    }));
});

describe('arguments out of which a secret was taken', () => {
  it.each([
    ['a write', write('key = [secret:DEPLOY_KEY]\n')],
    ['a write with a secret in it', write(`key = ${SECRET}\n`)],
    ['an edit', { kind: 'edit_file', args: { path: 'out/x.txt', edits: [{ find: 'a', replace: '[secret:MINE]' }] } }],
    ['a program', sh('echo [secret:DEPLOY_KEY]')],
  ])('are not acted on: %s', (_, op) =>
    inScene(acts([[op]], [...ALL, SECRETS]), async (project) => {
      const { run, exit } = await project.run('demo', 'go');
      expect(exit).toBe(4);
      const [denied] = ofType(project.events(run), 'permission_denied');
      expect(denied?.data.by).toBe('protection redacted');
      expect(denied?.data.reason).toContain('reyn secrets set NAME');
      expect(project.read('out/x.txt')).toBeUndefined();
      expect(JSON.stringify(project.events(run))).not.toContain(SECRET);
      expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
    }),
  );

  it('may be read about: nothing is changed by that', () =>
    inScene(acts([[{ kind: 'read_file', args: { path: 'notes/[secret:X].md' } }]], ALL), async (project) => {
      expect(await project.run('demo', 'go')).toMatchObject({ exit: 0 });
    }));
});
