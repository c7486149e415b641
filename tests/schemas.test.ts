import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJsonl } from '../src/learning/evals/read-jsonl.ts';
import { CONFIG_FILE } from '../src/os/config/schema.ts';
import type { Json, JsonObject } from '../src/os/json.ts';
import { readScript } from '../src/os/models/script.ts';
import { compileSchema, type SchemaError } from '../src/os/schema.ts';
import { misfits } from '../src/os/shape.ts';
import { compileSkill } from '../src/os/skills/compile.ts';
import { splitFrontMatter } from '../src/os/skills/front-matter.ts';
import { FORMAT_KEYS } from '../src/os/skills/json-schema/keys.ts';
import { readSkillSource } from '../src/os/skills/read-source.ts';
import { splitSections } from '../src/os/skills/sections.ts';
import { readYaml } from '../src/os/yaml.ts';
import { jsonSchemaOf, SCHEMA_NAMES, type SchemaName } from '../src/schemas.ts';
import { reyn } from './cli/surroundings.ts';
import { inFolder } from './os/skills/skill-files.ts';

const ROOTS = ['reyn/project', 'bench/skills', 'tests/os/lint/goldens'];

const checks = Object.fromEntries(SCHEMA_NAMES.map((name) => [name, compileSchema(jsonSchemaOf(name))])) as Record<
  SchemaName,
  (value: unknown) => SchemaError[]
>;

function yaml(text: string): Json {
  const read = readYaml(text);
  return read.ok ? (read.source.value ?? {}) : null;
}

/** What a folder of skills holds for each schema, of skills that load. */
function filesIn(root: string): (readonly [where: string, kind: SchemaName, value: Json])[] {
  return fs.readdirSync(root).flatMap((name) => {
    const dir = path.resolve(root, name);
    const source = readSkillSource(dir, {
      name,
      origin: 'project',
      root: path.resolve('.'),
      sharedDir: path.resolve(root, 'shared'),
    });
    if (compileSkill(source).skill === undefined) return [];
    const script = path.join(dir, 'evals/scripted.yaml');
    const scripts = fs.existsSync(script) ? [[script, 'script', yaml(fs.readFileSync(script, 'utf8'))] as const] : [];
    return [
      ...[...source.files].flatMap(([file, bytes]) => partsOf(`${name}/${file}`, Buffer.from(bytes).toString())),
      ...scripts,
    ];
  });
}

function partsOf(file: string, text: string): (readonly [string, SchemaName, Json])[] {
  if (file.endsWith('.yaml')) return [[file, 'artifact', yaml(text)]];
  const front = splitFrontMatter(text);
  if (!front.ok) return [];
  if (!file.endsWith('skill.md')) return [[file, 'phase', yaml(front.yaml)]];
  const sections = splitSections(front.body, front.bodyLine).sections.map((section) => {
    const keys = {
      type: 'phase',
      name: section.name,
      input: 'user_message',
      ...(yaml(section.yaml?.text ?? '') as JsonObject),
    };
    return [`${file} ${section.name}`, 'phase', keys] as const;
  });
  return [[file, 'skill', yaml(front.yaml)], ...sections];
}

describe('the JSON Schemas', () => {
  const all = ROOTS.flatMap(filesIn);

  it('are tried on every kind of file', () => {
    expect(new Set(all.map(([, kind]) => kind))).toEqual(new Set(['skill', 'phase', 'artifact', 'script']));
  });

  it.each(all)('accept %s', (_, kind, value) => expect(checks[kind](value)).toEqual([]));

  it('accept the settings of this project', () => {
    expect(checks.config(yaml(fs.readFileSync('reyn.yaml', 'utf8')))).toEqual([]);
  });

  it('describe every key of the reference', () => {
    const text = SCHEMA_NAMES.map((name) => JSON.stringify(jsonSchemaOf(name))).join('\n');
    const known = Object.entries(FORMAT_KEYS).flatMap(([, keys]) => Object.values(keys));
    expect(known.filter((about) => !text.includes(JSON.stringify(about)))).toEqual([]);
  });
});

const SKILL: JsonObject = {
  type: 'skill',
  name: 'demo',
  graph: { demo: [{ to: 'end', when: { text: 'x' }, carry: {} }] },
  artifacts: { note: { text: 'string' } },
  permissions: { file: { read: ['a'] } },
  limits: { usd: 1 },
  routing: { examples: { positive: ['a'] } },
  postprocessor: { output_name: 'o', output_schema: { text: 'string' }, steps: [{ type: 'op', op: 'glob_files' }] },
};
const PHASE: JsonObject = {
  type: 'phase',
  name: 'demo',
  input: 'user_message',
  preprocessor: [{ type: 'validate', schema: { text: 'string' } }],
};
const ARTIFACT: JsonObject = { schema: { type: 'object', properties: { text: { type: 'string' } } } };

/** Whether the loader has no error for the skill. */
function loads(skill: Json, phase: Json = PHASE, artifact: Json = ARTIFACT): boolean {
  const markdown = (keys: Json) => Buffer.from(`---\n${JSON.stringify(keys)}\n---\nDo it.\n`);
  const files = new Map([
    ['artifacts/other.yaml', Buffer.from(JSON.stringify(artifact))],
    ['phases/demo.md', markdown(phase)],
    ['skill.md', markdown({ final_output: 'note', ...(skill as JsonObject) })],
  ]);
  return compileSkill({ name: 'demo', origin: 'project', dir: 'demo', files }).skill !== undefined;
}

/** A copy with a stray key in the object at `at`. */
function withStray(value: Json, at: readonly (string | number)[]): Json {
  const copy = structuredClone(value);
  let node = copy as Record<string | number, Json>;
  for (const part of at) node = node[part] as Record<string | number, Json>;
  node.qqqq = 'x';
  return copy;
}

describe('a stray key is refused by schema and loader alike', () => {
  it('and without one both accept', () => {
    expect(loads(SKILL)).toBe(true);
    expect([checks.skill(SKILL), checks.phase(PHASE), checks.artifact(ARTIFACT)]).toEqual([[], [], []]);
  });

  it.each<[readonly (string | number)[]]>([
    [[]],
    [['graph', 'demo', 0]],
    [['permissions']],
    [['permissions', 'file']],
    [['limits']],
    [['routing']],
    [['routing', 'examples']],
    [['postprocessor']],
    [['postprocessor', 'steps', 0]],
  ])('in skill.md at %j', (at) => {
    const stray = withStray(SKILL, at);
    expect(loads(stray)).toBe(false);
    expect(checks.skill(stray)).not.toEqual([]);
  });

  it.each<[readonly (string | number)[]]>([[[]], [['preprocessor', 0]]])('in a phase at %j', (at) => {
    const stray = withStray(PHASE, at);
    expect(loads(SKILL, stray)).toBe(false);
    expect(checks.phase(stray)).not.toEqual([]);
  });

  it.each<[readonly (string | number)[]]>([[[]], [['schema']], [['schema', 'properties', 'text']]])(
    'in an artifact at %j',
    (at) => {
      const stray = withStray(ARTIFACT, at);
      expect(loads(SKILL, PHASE, stray)).toBe(false);
      expect(checks.artifact(stray)).not.toEqual([]);
    },
  );

  it.each<[Json]>([
    [{ qqqq: 1 }],
    [{ limits: { qqqq: 1 } }],
    [{ models: { m: { qqqq: 1 } } }],
    [{ policy: { allow: [{ need: 'exec', qqqq: 1 }] } }],
  ])('in reyn.yaml: %j', (value) => {
    expect(misfits(CONFIG_FILE, value)).not.toEqual([]);
    expect(checks.config(value)).not.toEqual([]);
  });

  it.each<[Json]>([
    [{ rules: [], qqqq: 1 }],
    [{ rules: [{ turn: { finish: 1 }, qqqq: 1 }] }],
    [{ rules: [{ turn: { finish: 1, qqqq: 1 } }] }],
  ])('in a script: %j', (value) => {
    expect(() => readScript(JSON.stringify(value), 'scripted.yaml')).toThrow();
    expect(checks.script(value)).not.toEqual([]);
  });
});

describe('reyn schema print', () => {
  it('writes one schema, or a file for each', () =>
    inFolder(async (cwd) => {
      expect(JSON.parse((await reyn(['schema', 'print', 'phase'])).out)).toEqual(jsonSchemaOf('phase'));
      expect((await reyn(['schema', 'print', '--out', 'made'], {}, { cwd })).exit).toBe(0);
      for (const name of SCHEMA_NAMES) {
        expect(JSON.parse(fs.readFileSync(path.join(cwd, 'made', `${name}.json`), 'utf8'))).toEqual(jsonSchemaOf(name));
      }
    }));

  it.each([
    [['schema', 'print'], /Name one of skill/],
    [['schema', 'print', 'skil'], /Did you mean skill\?/],
  ])('%j is refused', async (argv, err) => {
    expect(await reyn(argv as string[])).toMatchObject({ exit: 2, out: '', err: expect.stringMatching(err as RegExp) });
  });
});

describe('the schema of a case', () => {
  const reads = (value: Json) => readJsonl(JSON.stringify(value), 'a.jsonl', ['grade.js']).flaws.length === 0;
  const CASE: JsonObject = {
    id: 'a',
    input: 1,
    checks: [{ contains: ['x'], required: false }, { judge: { rubric: 'y', pass: 0.5 } }],
  };

  it.each<[Json, boolean]>([
    [CASE, true],
    [{ id: 'a', input: 1, expected: 2, tags: ['x'], weight: 2, must_pass: true, cluster: 'c' }, true],
    [{ ...CASE, qqqq: 1 }, false],
    [{ ...CASE, id: '' }, false],
    [{ ...CASE, weight: 0 }, false],
    [{ ...CASE, checks: [] }, false],
    [{ ...CASE, checks: [{ qqqq: 1 }] }, false],
    [{ ...CASE, checks: [{ contains: 'x', qqqq: 1 }] }, false],
    [{ ...CASE, checks: [{ contains: { qqqq: 1 } }] }, false],
    [{ ...CASE, checks: [{ contains: 3 }] }, false],
    [{ ...CASE, checks: [{ judge: 'x', pass: 0 }] }, false],
    [{ ...CASE, checks: [{ js: 'grade.js' }, { command: ['true'] }, { numeric: 3 }, { exact: null }] }, true],
  ])('agrees with the reader on %j', (value, accepted) => {
    expect([checks.case(value).length === 0, reads(value)]).toEqual([accepted, accepted]);
  });
});
