import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileSkill } from '../../../src/os/skills/compile.ts';
import { type Conversion, converted } from '../../../src/os/skills/conversion.ts';
import { joinSkill } from '../../../src/os/skills/join.ts';
import { readSkillSource } from '../../../src/os/skills/read-source.ts';
import type { SkillSource } from '../../../src/os/skills/source.ts';
import { splitSkill } from '../../../src/os/skills/split.ts';
import { type Files, sourceOf } from './skill-files.ts';

const ROOTS = ['reyn/project', 'bench/skills', 'tests/os/lint/goldens'];

function shipped(root: string): SkillSource[] {
  return fs
    .readdirSync(root)
    .filter((name) => fs.existsSync(path.join(root, name, 'skill.md')))
    .map((name) => {
      const sharedDir = path.resolve(root, 'shared');
      return readSkillSource(path.resolve(root, name), { name, origin: 'project', root: path.resolve('.'), sharedDir });
    })
    .filter((source) => compileSkill(source).skill !== undefined);
}

/** The skill as data, apart from what names its files. */
function dataOf(source: SkillSource) {
  const { skill, findings } = compileSkill(source);
  if (skill === undefined) throw new Error(JSON.stringify(findings));
  const { fingerprint: _, skillMdSha256: __, dir: ___, ...data } = skill;
  return data;
}

const ownFiles = ({ files }: SkillSource) => [...files.keys()].filter((file) => /^(phases|artifacts)\//.test(file));
const apply = (source: SkillSource, change: (source: SkillSource) => Conversion) => converted(source, change(source));
const textOf = (source: SkillSource, file: string) => Buffer.from(source.files.get(file) ?? '').toString('utf8');

/** A skill.md with lines of front matter, and a body. */
const md = (keys: readonly string[], body = 'Do it.') =>
  `${['---', 'type: skill', 'name: demo', ...keys, '---'].join('\n')}\n${body}\n`;

const split = (files: Files) => apply(sourceOf(files), splitSkill);
const join = (files: Files) => apply(sourceOf(files), joinSkill);

describe('a skill that ships', () => {
  const all = ROOTS.flatMap(shipped);
  it('is there to be tried', () => expect(all.length).toBeGreaterThan(8));

  it.each(all.map((source) => [source.name, source] as const))(
    '%s is the same in both forms, whichever way it goes',
    (_, source) => {
      const isSplit = !textOf(source, 'skill.md').match(/^## phase:|^artifacts:/m) && ownFiles(source).length > 0;
      const folder = isSplit ? source : apply(source, splitSkill);
      const file = apply(folder, joinSkill);
      const again = apply(file, splitSkill);
      expect(ownFiles(file)).toEqual([]);
      expect(dataOf(again)).toEqual(dataOf(file));
      expect(apply(again, joinSkill).files).toEqual(file.files);
      if (!isSplit) expect(dataOf(folder)).toEqual(dataOf(source));
    },
  );
});

describe('split', () => {
  it('gives a plain skill a phase file and its shorthand a schema, and join gives the plain skill back', () => {
    const plain = {
      'skill.md': md(
        ['artifacts:', '  note:', '    title: string', '    tags: "string[]"', '    at?: "number 0..1"'],
        'Read it.\n\nWrite a note.',
      ),
    };
    const folder = split(plain);
    expect(textOf(folder, 'skill.md')).toBe('---\ntype: skill\nname: demo\n---\n');
    expect(textOf(folder, 'phases/demo.md')).toBe(
      '---\ntype: phase\nname: demo\ninput: user_message\n---\nRead it.\n\nWrite a note.\n',
    );
    expect(textOf(folder, 'artifacts/note.yaml')).toBe(
      [
        'type: object',
        'properties:',
        '  title: { type: string }',
        '  tags: { type: array, items: { type: string } }',
        '  at: { type: number, minimum: 0, maximum: 1 }',
        'required: [title, tags]',
        'additionalProperties: false',
        '',
      ].join('\n'),
    );
    expect(textOf(apply(folder, joinSkill), 'skill.md')).toMatch(/^---\n[\s\S]*\n---\nRead it.\n\nWrite a note.\n$/);
  });

  it('keeps every comment and every word of prose', () => {
    const folder = split({
      'skill.md': md(
        [
          '# about the skill',
          'graph:',
          '  one: [two] # first things first',
          '  two: [end]',
          'final_output: note',
          '# above the types',
          'artifacts: # beside the types',
          '  # above note',
          '  note:',
          '    # above title',
          '    title: string # beside title',
          '    parts:',
          '      - { name: string } # beside name',
          '  plan: { goal: string } # beside plan',
          '  bare: # beside bare',
          '    type: object',
          '    required: [a] # beside required',
          '    properties: { a: { type: string } }',
          '    # below bare',
          '# at the end',
        ],
        [
          'What it is for.',
          '',
          '## phase: one',
          '```yaml',
          '# above input',
          'input: user_message # beside input',
          'role: >',
          '  Somebody',
          '  who counts.',
          '```',
          'Do one. # not a comment',
          '',
          '## phase: two',
          '```yaml',
          '{ input: note, allowed_ops: [] }',
          '```',
          '',
          'Do two.',
          '',
          '### phase of the moon',
        ].join('\n'),
      ),
    });
    expect(textOf(folder, 'skill.md')).toBe(
      [
        ...['---', 'type: skill', 'name: demo', '# about the skill', 'graph:', '  one: [two] # first things first'],
        ...['  two: [end]', 'final_output: note', '# above the types', '# beside the types', '# at the end', '---'],
        ...['What it is for.', ''],
      ].join('\n'),
    );
    expect(textOf(folder, 'phases/one.md')).toBe(
      '---\ntype: phase\nname: one\n# above input\ninput: user_message # beside input\nrole: >\n  Somebody\n  who counts.\n---\nDo one. # not a comment\n',
    );
    expect(textOf(folder, 'phases/two.md')).toBe(
      '---\n{ type: phase, name: two, input: note, allowed_ops: [] }\n---\nDo two.\n\n### phase of the moon\n',
    );
    expect(textOf(folder, 'artifacts/note.yaml')).toMatch(
      /^# above note\ntype: object\nproperties:\n {2}# above title\n {2}# beside title\n {2}title: \{ type: string \}\n {2}parts:/,
    );
    expect(textOf(folder, 'artifacts/note.yaml')).toContain('# beside name\n');
    expect(textOf(folder, 'artifacts/plan.yaml')).toMatch(/^# beside plan\ntype: object\n/);
    expect(textOf(folder, 'artifacts/bare.yaml')).toBe(
      '# beside bare\ntype: object\nrequired: [a] # beside required\nproperties: { a: { type: string } }\n# below bare\n',
    );
  });

  it('keeps Windows line ends', () => {
    const folder = split({ 'skill.md': md(['artifacts: { note: { text: string } }']).replaceAll('\n', '\r\n') });
    expect(textOf(folder, 'phases/demo.md')).toMatch(/^---\r\ntype: phase\r\n[\s\S]*Do it\.\r\n$/);
  });

  it('leaves shared phases where they are', () => {
    const files = {
      'skill.md': md(
        ['graph: { demo: [shared/check], shared/check: [end] }', 'artifacts: { note: { text: string } }'],
        '## phase: demo\nDo it.',
      ),
      'shared/phases/check.md': '---\ntype: phase\nname: check\ninput: note\n---\nCheck it.\n',
    };
    const folder = split(files);
    expect([...folder.files.keys()].sort()).toEqual([
      'artifacts/note.yaml',
      'phases/demo.md',
      'shared/phases/check.md',
      'skill.md',
    ]);
  });
});

describe('join', () => {
  const artifact =
    'name: note\ndescription: A note. # in a word\nwrapped: true\n# its shape\nschema:\n  type: object\n  # one field\n  properties: { text: { type: string } }\n';
  const phase =
    '---\ntype: phase\nname: one\n# who reads\ninput: user_message\n---\n```yaml\nnot: keys\n```\nDo one.\n';

  it('makes sections and types of files and keeps the words', () => {
    const file = join({
      'skill.md': md(['graph: { one: [end] }'], 'About.'),
      'phases/one.md': phase,
      'artifacts/note.yaml': artifact,
    });
    expect(textOf(file, 'skill.md')).toBe(
      [
        ...['---', 'type: skill', 'name: demo', 'graph: { one: [end] }', 'artifacts:'],
        ...['  # in a word', '  # its shape', '  note:', '    description: A note.', '    type: object'],
        ...['    # one field', '    properties: { text: { type: string } }', '---', 'About.', ''],
        ...['## phase: one', '', '```yaml', '# who reads', 'input: user_message', '```', ''],
        ...['```yaml', 'not: keys', '```', 'Do one.', ''],
      ].join('\n'),
    );
  });

  it.each([
    [
      'in a block',
      ['artifacts:', '    mine: { a: string } # mine'],
      /artifacts:\n {4}mine: \{ a: string \} # mine\n {4}# in a word/,
    ],
    [
      'in braces',
      ['artifacts: { mine: { a: string } } # mine'],
      /# mine\nartifacts:\n {2}mine: \{ a: string \}\n {2}# in a word/,
    ],
  ])('adds to types that are there already, %s', (_, keys, wanted) => {
    const file = join({
      'skill.md': md([...keys, 'final_output: note']),
      'artifacts/note.yaml': artifact,
      'phases/demo.md': '---\ntype: phase\nname: demo\ninput: user_message\n---\nDo it.',
    });
    expect(textOf(file, 'skill.md')).toMatch(wanted);
  });
});

describe('what cannot be converted is refused in a sentence and stays', () => {
  const note = { 'artifacts/note.yaml': 'type: object\nproperties: { text: { type: string } }\n' };
  it.each<[what: string, files: Files, change: (source: SkillSource) => Conversion, why: RegExp]>([
    [
      'a folder form to split',
      { 'skill.md': md([]), ...note, 'phases/demo.md': '---\ntype: phase\nname: demo\ninput: user_message\n---\nx' },
      splitSkill,
      /nothing to split/,
    ],
    ['one file to join', { 'skill.md': md(['artifacts: { note: { text: string } }']) }, joinSkill, /nothing to join/],
    [
      'a skill that does not load',
      { 'skill.md': md(['entry: nowhere']) },
      splitSkill,
      /no phase "nowhere"|no artifact/,
    ],
    [
      'keys in braces',
      { 'skill.md': '---\n{ type: skill, name: demo, artifacts: { note: { text: string } } }\n---\nDo it.\n' },
      splitSkill,
      /stands in braces/,
    ],
    [
      'two descriptions',
      { 'skill.md': md([]), 'artifacts/note.yaml': 'description: a\nschema: { type: object, description: b }\n' },
      joinSkill,
      /a description beside its schema and one in it/,
    ],
    [
      'instructions that would open a phase',
      {
        'skill.md': md([]),
        ...note,
        'phases/demo.md':
          '---\ntype: phase\nname: demo\ninput: user_message\nrole: r\n---\nFirst.\n\n## phase: two\n\nSecond.',
      },
      joinSkill,
      /would not be the same skill/,
    ],
    [
      'a schema that reads as shorthand',
      { 'skill.md': md([]), 'artifacts/note.yaml': 'type: string\n' },
      joinSkill,
      /would not be the same skill.*JSON Schema and as fields/,
    ],
  ])('%s', (_, files, change, why) => {
    expect(() => change(sourceOf(files))).toThrow(why);
  });
});
