import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SkillEntry } from '../../src/api.ts';
import type { Diagnosis } from '../../src/cli/doctor/diagnosis.ts';
import type { PendingIntervention } from '../../src/os/runs/outcome.ts';
import type { Finding } from '../../src/os/skills/finding.ts';
import { folderWith } from './program.ts';
import { outcomeWith, reyn } from './surroundings.ts';

const finding = (rest: Partial<Finding>): Finding => ({
  rule: 'graph/unreachable-phase',
  severity: 'warning',
  skill: 'essay',
  file: 'skill.md',
  line: 7,
  column: 3,
  message: 'The phase "x" is never reached.',
  fix: 'Add an edge to it.',
  ...rest,
});

const entry = (name: string, rest: Partial<SkillEntry> = {}): SkillEntry => ({
  name,
  origin: 'project',
  dir: `reyn/project/${name}`,
  description: `What ${name} does.`,
  kind: 'graph',
  ...rest,
});

const skills = (findings: readonly Finding[]) => ({
  skills: {
    folders: () => [],
    list: () => [entry('essay'), entry('essay', { origin: 'stdlib', dir: 'stdlib/essay', shadowedBy: 'project' })],
    lint: () => findings,
    load: () => {
      throw new Error('not asked for');
    },
    copy: async () => '',
    vacant: () => undefined,
    adopt: async () => [],
    exportTo: async () => '',
    bundleTo: async () => '',
    importFrom: async () => '',
    create: async () => [],
    reshape: async () => {
      throw new Error('not asked for');
    },
  },
});

describe('reyn lint', () => {
  it('names file, line, column, rule, what is wrong and what to do', async () => {
    const { out, err } = await reyn(['lint'], skills([finding({})]));
    expect(out).toBe(
      'reyn/project/essay/skill.md:7:3 warning graph/unreachable-phase\n' +
        '  The phase "x" is never reached.\n  fix: Add an edge to it.\n',
    );
    expect(err).toBe('0 errors, 1 warning\n');
  });

  it('shows the folder that was asked for', async () => {
    const { out } = await reyn(['lint', './drafts/plan/'], skills([finding({ skill: 'plan' })]));
    expect(out).toMatch(/^drafts\/plan\/skill\.md:7:3 /);
  });

  it.each([
    [[], [], 0],
    [[finding({})], [], 0],
    [[finding({})], ['--max-severity', 'warning'], 2],
    [[finding({ severity: 'error' as const })], [], 2],
  ])('with %j and %j exits %i', async (findings, flags, exit) => {
    expect((await reyn(['lint', ...flags], skills(findings))).exit).toBe(exit);
  });

  it('writes a list for programs, also when it is empty', async () => {
    expect(JSON.parse((await reyn(['lint', '--format', 'json'], skills([finding({})]))).out)).toEqual([finding({})]);
    expect((await reyn(['lint', '--json'], skills([]))).out).toBe('[]\n');
  });
});

describe('reyn skill list', () => {
  it('says what hides what, and what does not load', async () => {
    const broken = {
      ...skills([]).skills,
      list: () => [...skills([]).skills.list(), entry('odd', { error: 'No entry.' })],
    };
    const { out } = await reyn(['skill', 'list'], { skills: broken });
    expect(out).toBe(
      'essay  project    What essay does.\n' +
        'essay  stdlib     hidden by project: What essay does.\n' +
        'odd    project    does not load: No entry.\n',
    );
  });
});

describe('reyn answer', () => {
  const asked = (id: string, opened: string): PendingIntervention => ({
    id,
    run: 'r1',
    root: 'r0',
    skill: 's',
    kind: 'question',
    text: '?',
    digest: 'd',
    opened,
  });
  const inbox = () => [asked('abc1', '2026-01-01'), asked('abd2', '2026-01-03'), asked('x3', '2026-01-02')];

  it.each([
    ['abc', 'abc1'],
    ['x', 'x3'],
    ['latest', 'abd2'],
    ['zzz', 'zzz'],
  ])('takes %s for %s', async (reference, id) => {
    const given: string[] = [];
    const answer = async (intervention: string, text: string) => {
      given.push(intervention, text);
      return outcomeWith();
    };
    await reyn(['answer', reference, 'use', 'the', 'second'], { inbox, answer });
    expect(given).toEqual([id, 'use the second']);
  });

  it('asks for more of an id that could be two', async () => {
    const { err, exit } = await reyn(['answer', 'ab', 'x'], { inbox });
    expect(err).toMatch(/beginning of 2 ids.*\n.*abc1, abd2/);
    expect(exit).toBe(2);
  });
});

describe('what the doctor says of a model', () => {
  let server: Server;
  let url = '';
  beforeAll(async () => {
    server = createServer((request, response) => {
      const allowed = request.headers.authorization === 'Bearer good';
      response.writeHead(allowed ? 200 : 401).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  });
  afterAll(() => server.close());

  async function modelOf(settings: string, env: Record<string, string>, flags: string[] = []) {
    const { root, remove } = folderWith({ 'reyn.yaml': settings });
    const { out, exit } = await reyn(['doctor', '--json', ...flags], {}, { cwd: root, env });
    remove();
    const found = (JSON.parse(out) as Diagnosis[]).find(({ name }) => name.startsWith('model'));
    return { state: found?.state, says: found?.says, exit };
  }

  it('is that it answers, refuses the key, is away, or was not asked', async () => {
    const settings = `model: m\nbase_url: ${url}\n`;
    expect(await modelOf(settings, { REYN_API_KEY: 'good' })).toMatchObject({ state: 'ok', exit: 0 });
    const refused = await modelOf(settings, { REYN_API_KEY: 'bad' });
    expect(refused).toMatchObject({ state: 'fail', exit: 7, says: `${url} refuses (401), key from REYN_API_KEY` });
    expect(JSON.stringify(refused)).not.toContain('"bad"');
    expect(await modelOf('model: m\nbase_url: http://127.0.0.1:9/v1\n', {})).toMatchObject({ state: 'fail', exit: 7 });
    expect(await modelOf(settings, {}, ['--offline'])).toMatchObject({ state: 'ok', exit: 0 });
    expect(await modelOf('', {})).toMatchObject({ state: 'warn', exit: 0 });
  });
});
