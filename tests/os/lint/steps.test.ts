import { describe, expect, it } from 'vitest';
import { skillMd } from '../../../src/os/lint/examples/example.ts';
import { EXAMPLE_ENV } from '../../../src/os/lint/examples.ts';
import { type LintEnv, lintSkill } from '../../../src/os/lint/lint.ts';
import { lintOps } from '../../../src/os/ops/lint-env.ts';
import { OPS } from '../../../src/os/ops/list.ts';
import { compileSkill } from '../../../src/os/skills/compile.ts';
import { lintText } from './lint-text.ts';

const ENV: LintEnv = { ...EXAMPLE_ENV, ops: lintOps(OPS) };

/** Rules found in a skill whose first phase has these keys. */
function rules(keys: string, instructions = ''): string[] {
  return lintText(`---
type: skill
name: example
artifacts:
  found: { text: string, notes: "string[]", path: "string?" }
  report: { body: string }
final_output: report
entry: find
permissions: { file: { read: ["notes/*"] } }
graph:
  find: [write]
  write: [end]
---
## phase: find

\`\`\`yaml
${keys}
\`\`\`

${instructions}

## phase: write

\`\`\`yaml
input: found
\`\`\`

Write it.
`).map(({ rule }) => rule);
}

const read = (into: string, more = '') =>
  `preprocessor:\n  - { type: op, op: read_file, args: { path: notes/a.md }, into: ${into}${more} }`;

describe('a step of a phase without a model', () => {
  it('may fill fields that only the type of its target declares', () => {
    expect(rules(`input: user_message\nmodel_class: none\n${read('notes')}`)).toEqual([]);
  });

  it('may not write what neither type declares, and what is required must be filled', () => {
    expect(rules(`input: user_message\nmodel_class: none\n${read('lines')}`)).toEqual([
      'carry/incomplete',
      'steps/into-unknown-field',
    ]);
  });
});

describe('a step of a phase with a model', () => {
  it('may add to the message of a person, whose type nobody can extend', () => {
    expect(rules(`input: user_message\n${read('lines')}`, 'Find what belongs to the question.')).toEqual([]);
  });

  it('may not add to a type of the skill what it does not declare', () => {
    expect(rules(`input: report\n${read('lines')}`, 'Find it.')).toEqual(['steps/into-unknown-field']);
  });

  it('may use in arguments, paths and guards what an earlier step wrote, and nothing else that is not declared', () => {
    const next = (place: string) => `${read('lines')}\n  - ${place}`;
    const use = (name: string) => [
      `{ type: op, op: read_file, args: { path: "notes/$${'{'}${name}}" } }`,
      `{ type: validate, path: ${name}, schema: { type: string, minLength: 1 } }`,
      `{ type: op, op: read_file, args: { path: notes/b }, when: { ${name}: { minLength: 1 } } }`,
    ];
    for (const step of use('lines')) expect(rules(`input: user_message\n${next(step)}`, 'Find it.')).toEqual([]);
    expect(use('words').map((step) => rules(`input: user_message\n${next(step)}`, 'Find it.'))).toEqual([
      ['steps/template-unknown-field'],
      ['steps/path-unknown-field'],
      ['guard/unknown-field'],
    ]);
  });
});

describe('steps within steps', () => {
  const FRONT = [
    'artifacts:',
    '  batch: { rows: "string[]", out: "string[]?" }',
    'final_output: batch',
    'permissions: { file: { read: ["in/**"] }, skill: { run: [translate] } }',
  ].join('\n');
  const each = (apply: string, over = 'rows') =>
    lintText(
      skillMd(
        FRONT,
        `## phase: work\n\n\`\`\`yaml\ninput: batch\nmodel_class: none\npreprocessor:\n  - { type: iterate, over: ${over}, as: row, apply: ${apply}, into: out }\n\`\`\`\n`,
      ),
      ENV,
    );
  const rulesOf = (...args: Parameters<typeof each>) => each(...args).map(({ rule }) => rule);

  it('see their item and its place beside the artifact', () => {
    const read = `{ type: op, op: read_file, args: { path: "in/\${row}-\${index}-\${rows.0}" } }`;
    expect(rulesOf(read)).toEqual(['permissions/never-used']);
  });

  it('name only what is there', () => {
    expect(rulesOf(`{ type: op, op: read_file, args: { path: "in/\${item}" } }`)).toContain(
      'steps/template-unknown-field',
    );
    expect(rulesOf('{ type: run_skill, skill: translate }', 'lines')).toContain('steps/path-unknown-field');
    expect(rulesOf('{ type: op, op: read_fil }')).toContain('steps/unknown-op');
  });

  it('do nothing that the permissions do not declare', () => {
    const found = each('{ type: run_skill, skill: other }').find(({ rule }) => rule === 'ops/outside-permissions');
    expect(found?.message).toBe('this step does run_skill, but `permissions` does not declare skill.run of "other"');
    expect(found).toMatchObject({ line: 15 });
    expect(rulesOf(`{ type: op, op: read_file, args: { path: src/a } }`)).toContain('ops/outside-permissions');
  });
});

describe('a node that is another skill', () => {
  const node = (edges: string) => {
    const contract = {
      input: [
        { name: 'text', schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] } },
      ],
      output: {
        name: 'mark',
        schema: {
          type: 'object',
          properties: { score: { type: 'number' } },
          required: ['score'],
          additionalProperties: false,
        },
      },
    };
    const md = skillMd(
      `artifacts:\n  draft: { text: string, score: number }\nentry: write\npermissions: { skill: { run: [judge] } }\ngraph:\n  write: ["@judge"]\n  "@judge": ${edges}`,
      '## phase: write\n\nWrite the text of a short note.',
    );
    const files = new Map([['skill.md', Buffer.from(md)]]);
    const contracts = new Map([['judge', contract]]);
    const { skill, document, findings } = compileSkill({
      name: 'example',
      origin: 'project',
      dir: 'd',
      files,
      contracts,
    });
    if (skill === undefined) throw new Error(findings[0]?.message);
    return lintSkill({ skill, document }, { ...ENV, skills: ['judge'] });
  };

  it('must give what its edges lead to, as far as `carry` does not', () => {
    const [finding, ...others] = node('[end]');
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ rule: 'carry/incomplete', line: 10 });
    expect(finding?.message).toContain('nothing fills "text" of "draft"');
    expect(node('[{ to: end, carry: { text: phases.write.text } }]')).toEqual([]);
  });

  it('is carried from by what it gives', () => {
    const carrying = (path: string) => node(`[{ to: end, carry: { text: phases.write.text, score: ${path} } }]`);
    expect(carrying('input.score')).toEqual([]);
    const [finding] = carrying('input.skore');
    expect(finding).toMatchObject({ rule: 'carry/unknown-source' });
    expect(finding?.message).toContain(
      'what "@judge" gives ("judge.mark") declares no such field (did you mean "score"?)',
    );
  });

  it('may be guarded by what the skill gives, and by nothing else', () => {
    const to = (path: string) =>
      `[{ to: end, when: { ${path}: { minimum: 0.5 } }, carry: { text: run.input.text } }, { to: end, carry: { text: run.input.text } }]`;
    expect(node(to('score'))).toEqual([]);
    expect(node(to('skore')).map(({ rule }) => rule)).toContain('guard/unknown-field');
  });
});

describe('a python step', () => {
  /** Findings in a skill whose only phase calls `module:name` and which declares these functions. */
  function found(module: string, name: string, declared: string): string[] {
    const text = `---
type: skill
name: example
artifacts: { found: { text: string, size: integer } }
permissions: { python: ${declared} }
---
## phase: find

\`\`\`yaml
model_class: none
preprocessor:
  - { type: python, module: ${module}, function: ${name}, output_schema: integer, into: size }
\`\`\`
`;
    const source = compileSkill({
      name: 'example',
      origin: 'project',
      dir: 'reyn/project/example',
      files: new Map([
        ['skill.md', Buffer.from(text)],
        ['steps/size.py', Buffer.from('def of(a):\n    return 1\n')],
      ]),
    });
    const { skill, document, findings } = source;
    const all = skill === undefined ? findings : lintSkill({ skill, document }, ENV);
    return all.map(({ rule, line, column }) => `${rule} ${line}:${column}`);
  }

  it.each(['{ module: size, function: of }', '{ module: ./size.py, function: of, timeout: 5 }'])(
    'is covered by the entry %s',
    (entry) => expect(found('size', 'of', `[${entry}]`)).toEqual([]),
  );

  it('that no entry covers is found at its function', () => {
    expect(found('size', 'of', '[]')).toEqual(['ops/outside-permissions 12:35']);
  });

  it('makes an entry for another function one that is never used', () => {
    const declared = '[{ module: size, function: of }, { module: size, function: off }]';
    expect(found('size.py', 'of', declared)).toEqual(['permissions/never-used 5:57']);
  });

  it('leaves no entry to be used by nobody', () => {
    const text = onlyProse('permissions: { python: [{ module: size, function: of }] }');
    expect(lintText(text).map(({ rule }) => rule)).toEqual(['permissions/never-used']);
  });

  it('has to say what comes back', () => {
    const step = '{ type: python, module: size, function: of, output_schema: { type: object }, into: size }';
    const text = onlyProse('permissions: { python: [{ module: size, function: of }] }', step);
    const source = { name: 'example', origin: 'project', dir: 'reyn/project/example' } as const;
    const files = new Map([
      ['skill.md', Buffer.from(text)],
      ['steps/size.py', Buffer.from('')],
    ]);
    const { skill, document } = compileSkill({ ...source, files });
    const rules = skill === undefined ? [] : lintSkill({ skill, document }, ENV).map(({ rule }) => rule);
    expect(rules).toContain('steps/no-schema');
  });
});

/** A skill of one phase with a model, with one key of front matter, and one step before it. */
function onlyProse(front: string, step?: string): string {
  const steps = step === undefined ? '' : `preprocessor:\n  - ${step}\n`;
  return `---\ntype: skill\nname: example\nartifacts: { found: { text: string, size: integer } }\n${front}\n---\n## phase: find\n\n\`\`\`yaml\nallowed_ops: []\n${steps}\`\`\`\n\nFind what the message asks for.\n`;
}
