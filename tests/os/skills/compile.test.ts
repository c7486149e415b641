import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/os/errors.ts';
import { compileSkill } from '../../../src/os/skills/compile.ts';
import { loadSkill } from '../../../src/os/skills/load.ts';
import { NO_PERMISSIONS, USER_MESSAGE } from '../../../src/os/skills/skill.ts';
import { compile, head, places, skillOf, sourceOf } from './skill-files.ts';

const ONE_FILE = `---
type: skill
name: demo
artifacts:
  summary: { title: string, points: "string[]", confidence: "number 0..1" }
---

Read the message.
Write a title.

`;

const SUMMARY = {
  type: 'object',
  properties: {
    title: { type: 'string' },
    points: { type: 'array', items: { type: 'string' } },
    confidence: { type: 'number', minimum: 0, maximum: 1 },
  },
  required: ['title', 'points', 'confidence'],
  additionalProperties: false,
};

describe('the smallest skill', () => {
  it('is one file: a message comes in, its only artifact goes out', () => {
    expect(skillOf({ 'skill.md': ONE_FILE })).toEqual({
      name: 'demo',
      code: {},
      description: '',
      origin: 'project',
      dir: 'reyn/project/demo',
      kind: 'graph',
      entry: 'demo',
      finalOutput: 'summary',
      finishCriteria: [],
      phases: {
        demo: {
          name: 'demo',
          input: ['user_message'],
          modelClass: 'standard',
          maxActTurns: 8,
          preprocessor: [],
          instructions: 'Read the message.\nWrite a title.',
        },
      },
      artifacts: { summary: { name: 'summary', schema: SUMMARY }, user_message: USER_MESSAGE },
      graph: { demo: [{ to: 'end', when: [], carry: {} }] },
      permissions: NO_PERMISSIONS,
      limits: {},
      library: {},
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      skillMdSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('names its phase in snake_case', () => {
    const text = ONE_FILE.replace('name: demo', 'name: plan-my-day');
    expect(skillOf({ 'skill.md': text }, 'plan-my-day').entry).toBe('plan_my_day');
  });

  it('may say more about its one phase in the graph, or in a section', () => {
    const graph = skillOf({ 'skill.md': `${head('graph: { demo: [{ to: end, description: Done. }] }')}Go.` });
    expect(graph.graph).toEqual({ demo: [{ to: 'end', when: [], carry: {}, description: 'Done.' }] });
    const section = skillOf({ 'skill.md': `${head()}About.\n## phase: write\n\`\`\`yaml\nrole: writer\n\`\`\`\nGo.` });
    expect(section.phases).toMatchObject({ write: { role: 'writer', instructions: 'Go.', input: ['user_message'] } });
    expect(section.graph).toEqual({ write: [{ to: 'end', when: [], carry: {} }] });
  });

  it('reads the same from Windows and with a byte order mark', () => {
    const { fingerprint: _, skillMdSha256: __, ...plain } = skillOf({ 'skill.md': ONE_FILE });
    const windows = skillOf({ 'skill.md': `\uFEFF${ONE_FILE.replaceAll('\n', '\r\n')}` });
    expect(windows).toMatchObject(plain);
  });
});

const FRONT = `description: Writes and revises.
entry: draft
final_output: verdict
final_output_description: What a reader would say.
finish_criteria: [It answers the question., It is short.]
graph:
  draft: [review]
  review:
    - to: revise
      when: { visits.revise: { maximum: 1 }, input.kind: long, verdict.ok: { const: false }, artifact.score: 3 }
      carry: { text: input.text, question: run.input.text, first: phases.draft.text }
      description: It needs work.
    - end
  revise: review
  sort: [{ to: draft, when: { kind: new } }, { to: draft, when: { kind: old } }, end]
limits: { max_phase_visits: 3, usd: 0.5 }
permissions:
  file: { read: ["notes/**"], write: ["out/*"] }
  exec: [[git, status]]
  net: [example.org]
  mcp: { search: [find] }
  skill: { run: [other] }
  recall: [events]
  eval: true
  optional: [net]
postprocessor:
  output_name: report
  output_schema: { ok: boolean }
  steps:
    - { type: op, op: read_file, args: { path: "\${input.path}" }, into: file.text, on_error: skip }
routing: { triggers: [write this], examples: { positive: [a] } }
tags: [text]
imported_from: elsewhere
`;
const ARTIFACTS = {
  essay:
    'type: object\nproperties: { text: { type: string }, question: { type: string }, first: { type: string } }\nrequired: [text]\n',
  verdict:
    'name: verdict\ndescription: A judgement.\nwrapped: true\nschema: { type: object, properties: { ok: { type: boolean } } }\n',
};
const PHASES = {
  draft: ['input: essay | user_message', 'role: writer', 'Write it.'],
  review: ['input: essay', 'model_class: strong', 'allowed_ops: []', 'max_act_turns: 2', 'Judge it.'],
  revise: ['input: essay', 'Mend it.'],
  sort: [
    'input: essay | user_message',
    'model_class: none',
    'preprocessor: [{ type: validate, schema: { kind: string } }]',
    '',
  ],
} as const;

function folderForm(): Record<string, string> {
  const phases = Object.entries(PHASES).map(([name, lines]) => {
    const keys = lines.slice(0, -1).join('\n');
    return [`phases/${name}.md`, `---\ntype: phase\nname: ${name}\n${keys}\n---\n\n${lines.at(-1)}\n`];
  });
  return {
    'skill.md': `---\ntype: skill\nname: demo\n${FRONT}---\nAbout it.\n`,
    'artifacts/essay.yaml': ARTIFACTS.essay,
    'artifacts/verdict.yaml': ARTIFACTS.verdict,
    ...Object.fromEntries(phases),
  };
}

function oneFileForm(): Record<string, string> {
  const inline = `artifacts:
  essay: { type: object, properties: { text: { type: string }, question: { type: string }, first: { type: string } }, required: [text] }
  verdict: { type: object, description: A judgement., properties: { ok: { type: boolean } } }
`;
  const sections = Object.entries(PHASES).map(
    ([name, lines]) => `## phase: ${name}\n\`\`\`yaml\n${lines.slice(0, -1).join('\n')}\n\`\`\`\n${lines.at(-1)}\n`,
  );
  return { 'skill.md': `---\ntype: skill\nname: demo\n${inline}${FRONT}---\nAbout it.\n\n${sections.join('\n')}` };
}

describe('a skill of several phases', () => {
  it('is the same skill in the folder form and in one file', () => {
    const { fingerprint: a, skillMdSha256: b, ...folder } = skillOf(folderForm());
    const { fingerprint: c, skillMdSha256: d, ...file } = skillOf(oneFileForm());
    const inSchema = { description: 'A judgement.' };
    const { verdict } = folder.artifacts;
    const same = { ...verdict, schema: { ...verdict?.schema, ...inSchema } };
    expect(file).toEqual({ ...folder, artifacts: { ...folder.artifacts, verdict: same } });
    expect(Object.keys(file.phases)).toEqual(Object.keys(folder.phases));
    expect([a === c, b === d]).toEqual([false, false]);
  });

  it('keeps edges in order, with guards, carried fields and descriptions', () => {
    const { graph } = skillOf(folderForm());
    expect(Object.keys(graph)).toEqual(['draft', 'review', 'revise', 'sort']);
    expect(graph.review).toEqual([
      {
        to: 'revise',
        description: 'It needs work.',
        when: [
          { path: 'visits.revise', root: 'visits', segments: ['revise'], schema: { maximum: 1 } },
          { path: 'input.kind', root: 'input', segments: ['kind'], schema: { const: 'long' } },
          { path: 'verdict.ok', root: 'artifact', segments: ['verdict', 'ok'], schema: { const: false } },
          { path: 'artifact.score', root: 'artifact', segments: ['score'], schema: { const: 3 } },
        ],
        carry: {
          text: { path: 'input.text', root: 'input', segments: ['text'] },
          question: { path: 'run.input.text', root: 'run_input', segments: ['text'] },
          first: { path: 'phases.draft.text', root: 'phase', phase: 'draft', segments: ['text'] },
        },
      },
      { to: 'end', when: [], carry: {} },
    ]);
    expect(graph.revise).toEqual([{ to: 'review', when: [], carry: {} }]);
    expect(graph.sort?.map(({ to }) => to)).toEqual(['draft', 'draft', 'end']);
  });

  it('keeps what each phase, the postprocessor, permissions, limits and the library say', () => {
    const skill = skillOf(folderForm());
    const template = `$\{input.path}`;
    expect(skill.phases).toMatchObject({
      draft: { role: 'writer', modelClass: 'standard', instructions: 'Write it.' },
      review: { modelClass: 'strong', allowedOps: [], maxActTurns: 2 },
      revise: { input: ['essay'] },
      sort: {
        input: ['essay', 'user_message'],
        modelClass: 'none',
        instructions: '',
        preprocessor: [{ type: 'validate', path: [], onError: 'fail' }],
      },
    });
    expect(skill.phases.draft).not.toHaveProperty('allowedOps');
    expect(skill.postprocessor).toEqual({
      outputName: 'report',
      outputSchema: {
        type: 'object',
        properties: { ok: { type: 'boolean' } },
        required: ['ok'],
        additionalProperties: false,
      },
      steps: [
        {
          type: 'op',
          op: 'read_file',
          args: { path: template },
          into: ['file', 'text'],
          onError: 'skip',
          when: [],
        },
      ],
    });
    expect(skill.permissions).toEqual({
      ...NO_PERMISSIONS,
      file: { read: ['notes/**'], write: ['out/*'] },
      exec: [['git', 'status']],
      net: ['example.org'],
      mcp: { search: ['find'] },
      skill: { run: ['other'], delegate: [], write: [] },
      recall: ['events'],
      eval: true,
      optional: ['net'],
    });
    expect(skill.limits).toEqual({ max_phase_visits: 3, usd: 0.5 });
    expect(skill.library).toEqual({
      routing: { triggers: ['write this'], examples: { positive: ['a'] } },
      tags: ['text'],
      imported_from: 'elsewhere',
    });
    expect(skill.artifacts.verdict).toMatchObject({ description: 'A judgement.' });
  });

  it('has its phases in the order of the graph, wherever they are written', () => {
    const text = `${head('graph: { c: [a], a: [b], b: [end] }')}## phase: b\n## phase: c\n## phase: a\n`;
    expect(Object.keys(skillOf({ 'skill.md': text }).phases)).toEqual(['c', 'a', 'b']);
  });

  it('takes for its entry the one phase that no edge leads to', () => {
    const sections = '## phase: b\n## phase: a\n## phase: c\n';
    const graph = 'graph: { a: [b], b: [c, b], c: [b, end] }';
    expect(skillOf({ 'skill.md': head(graph) + sections }).entry).toBe('a');
    expect(places({ 'skill.md': `${head('graph: { a: [b], b: [a, end] }')}## phase: a\n## phase: b\n` })).toEqual([
      'skill.md:1:1 missing-key',
    ]);
  });

  it('ends where a phase can finish, or where its list of edges is empty', () => {
    const can = `${head('graph: { a: [b], b: [a] }', 'entry: a')}## phase: a\n## phase: b\n\`\`\`yaml\ncan_finish: true\n\`\`\`\n`;
    expect(skillOf({ 'skill.md': can }).graph.b?.map(({ to }) => to)).toEqual(['a', 'end']);
    const leaf = `${head('graph: { a: [b], b: [] }')}## phase: a\n## phase: b\n`;
    expect(skillOf({ 'skill.md': leaf }).graph.b?.map(({ to }) => to)).toEqual(['end']);
    const only = `${head('graph: { a: [b] }')}## phase: a\n## phase: b\n\`\`\`yaml\ncan_finish: true\n\`\`\``;
    expect(skillOf({ 'skill.md': only }).graph.b?.map(({ to }) => to)).toEqual(['end']);
  });

  it('loads whatever its kind, for a run to refuse', () => {
    const text = '---\ntype: skill\nname: demo\nkind: prompt_template\n---\nBe polite.\n';
    expect(skillOf({ 'skill.md': text })).toMatchObject({ kind: 'prompt_template', finalOutput: 'user_message' });
  });
});

describe('the document beside a skill', () => {
  it('knows prose and files, and the place of every key in both forms', () => {
    const folder = compile(folderForm()).document;
    expect(folder.fileOf('phase', 'draft')).toBe('phases/draft.md');
    expect(folder.fileOf('artifact', 'essay')).toBe('artifacts/essay.yaml');
    expect(folder.at('phases/draft.md', ['role'])).toEqual({ file: 'phases/draft.md', line: 5, column: 1 });
    expect(folder.at('artifacts/essay.yaml', ['properties', 'question'])).toMatchObject({ line: 2, column: 39 });
    expect(folder.at('skill.md', ['graph', 'review', 0, 'carry'])).toMatchObject({ line: 14, column: 7 });
    expect(folder.prose).toContainEqual({ file: 'phases/draft.md', line: 8, phase: 'draft', text: 'Write it.' });
    expect(folder.raw.phases.review).toMatchObject({ model_class: 'strong' });
    expect(folder.raw.skill).toMatchObject({ entry: 'draft' });

    const text = oneFileForm()['skill.md'] ?? '';
    const lineOf = (line: string) => text.split('\n').indexOf(line) + 1;
    const file = compile(oneFileForm()).document;
    expect(file.fileOf('phase', 'draft')).toBe('skill.md');
    expect(file.at('skill.md', ['## phase: review', 'allowed_ops']).line).toBe(lineOf('allowed_ops: []'));
    expect(file.at('skill.md', ['## phase: review', 'nothing']).line).toBe(lineOf('## phase: review'));
    expect(file.prose.map(({ line, phase, text: prose }) => [line, phase, prose])).toEqual([
      [lineOf('About it.'), undefined, 'About it.'],
      [lineOf('Write it.'), 'draft', 'Write it.'],
      [lineOf('Judge it.'), 'review', 'Judge it.'],
      [lineOf('Mend it.'), 'revise', 'Mend it.'],
    ]);
  });

  it('of a one-phase skill puts the phase where its text begins', () => {
    const { document } = compile({ 'skill.md': ONE_FILE });
    expect(document.at('skill.md', ['## phase: demo', 'input'])).toEqual({ file: 'skill.md', line: 7, column: 1 });
    expect(document.prose).toEqual([
      { file: 'skill.md', line: 8, phase: 'demo', text: 'Read the message.\nWrite a title.' },
    ]);
  });
});

describe('loading', () => {
  it('stops with the first finding, its place, and how many more there are', () => {
    const source = sourceOf({ 'skill.md': '---\ntype: skill\nname: demo\nentri: x\nlimit: 1\n---\n' });
    const error = (() => {
      try {
        return loadSkill(source);
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      code: 'skill',
      message: 'the skill defines no artifact (and 2 more)',
      where: { file: 'reyn/project/demo/skill.md', line: 1, column: 1, skill: 'demo' },
    });
    expect((error as UserError).hint).toContain('reyn lint demo');
  });

  it('never throws while compiling, whatever the files hold', () => {
    const words = fc.constantFrom(
      ...[
        'type: skill\n',
        'name: demo\n',
        'graph:\n',
        '  a: [b, end]\n',
        '  b: []\n',
        'artifacts: { x: { y: string } }\n',
      ],
      ...[
        '---\n',
        '## phase: a\n',
        '## phase: b\n',
        '```yaml\n',
        '```\n',
        'input: x | y\n',
        'entry: a\n',
        '- ',
        '{',
        ': ',
        '\0',
        '\ud800',
      ],
      ...[
        'preprocessor: [{ type: op }]\n',
        'permissions: []\n',
        'postprocessor: {}\n',
        'limits: 3\n',
        'toString: 1\n',
        '  constructor: [end]\n',
      ],
    );
    const text = fc.array(words, { maxLength: 25 }).map((parts) => parts.join(''));
    const files = fc.record({
      'skill.md': text.map((body) => `---\n${body}`),
      'phases/a.md': text,
      'artifacts/x.yaml': text,
      'phases/__proto__.md': text,
    });
    fc.assert(
      fc.property(files, (given) => {
        const { skill, document, findings } = compileSkill(sourceOf(given));
        expect(skill === undefined).toBe(findings.length > 0);
        for (const { file, line, column } of findings) {
          expect([file === '', line >= 1, column >= 1]).toEqual([false, true, true]);
        }
        document.at('skill.md', ['graph', 'a', 0]);
        expect(document.prose).toBeDefined();
      }),
      { numRuns: 400 },
    );
  });
});
