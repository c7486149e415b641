import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paint } from '../../../../src/cli/output.ts';
import { showFindings } from '../../../../src/cli/render/findings.ts';
import type { Json } from '../../../../src/os/json.ts';
import { openProject, person } from '../../../project.ts';

const HERE = path.resolve('tests/foreign');
const SKILLS = path.join(HERE, 'skills');
const NAMES = fs.readdirSync(SKILLS);
const RUNNING = NAMES.filter((name) => fs.existsSync(path.join(SKILLS, name, 'evals/scripted.yaml')));
const CONFIG = [
  'policy:',
  '  allow:',
  ...['out/**', 'tmp/**', 'CHANGELOG.md'].map((glob) => `    - { need: file.write, resource: "${glob}" }`),
  '    - { need: exec, resource: "git diff HEAD" }',
];

/** A project with all of the skills and the files they look for. */
async function withAll() {
  const project = await openProject({ config: CONFIG });
  fs.cpSync(SKILLS, path.join(project.root, 'reyn/project'), { recursive: true });
  fs.cpSync(path.join(HERE, 'files'), project.root, { recursive: true });
  return project;
}

describe('sixty folders in other dialects', () => {
  let project: Awaited<ReturnType<typeof withAll>>;
  beforeAll(async () => {
    project = await withAll();
  });
  afterAll(() => project.remove());

  it('are at least as many, and at least half of them run', () => {
    expect(NAMES.length).toBeGreaterThanOrEqual(60);
    expect(RUNNING.length).toBeGreaterThanOrEqual(NAMES.length / 2);
  });

  it('get the findings that findings.txt has, each with a line and a fix', () => {
    const findings = project.reyn.skills.lint([]);
    expect(findings.filter(({ line, column, fix }) => line < 1 || column < 1 || fix === '')).toEqual([]);
    const text = showFindings(findings, ({ skill }) => skill, paint(false));
    const golden = path.join(HERE, 'findings.txt');
    if (process.env.UPDATE_GOLDENS === '1') fs.writeFileSync(golden, text);
    expect(text).toBe(fs.readFileSync(golden, 'utf8'));
  });

  it('load where they run; each of the others says why not', () => {
    const broken = project.reyn.skills.list().filter(({ error }) => error !== undefined);
    expect(broken.map(({ name }) => name)).toEqual(NAMES.filter((name) => !RUNNING.includes(name)).sort());
    expect(broken.filter(({ error }) => error === 'does not load')).toEqual([]);
  });

  it.each(RUNNING)('%s runs to its end', async (name) => {
    const input = path.join(SKILLS, name, 'evals/input.json');
    const given: Json | string = fs.existsSync(input) ? (JSON.parse(fs.readFileSync(input, 'utf8')) as Json) : 'Hello.';
    const outcome = await project.run(name, given, { ask: person('green').ask });
    expect(outcome).toMatchObject({ status: 'finished', exit: 0 });
  });
});
