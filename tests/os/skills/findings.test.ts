import { describe, expect, it } from 'vitest';
import { compile, type Files, head, places } from './skill-files.ts';

const PHASE = (...keys: string[]) => `\n## phase: a\n\`\`\`yaml\n${keys.join('\n')}\n\`\`\`\nGo.\n`;
/** Front matter of {@link head} has its first own line here. */
const OWN = 5;
/** And a section behind one such line has its first key here. */
const KEY = 9;
const GRAPH = (edges: string) => `${head(`graph: { a: ${edges}, b: [end] }`, 'entry: a')}## phase: a\n## phase: b\n`;

describe('what is wrong with skill.md', () => {
  it.each<[string, string, string[]]>([
    ['no front matter', 'Go.\n', ['1:1 front-matter']],
    ['code for front matter', '---js\nmodule.exports = {}\n---\n', ['1:1 front-matter']],
    ['open front matter', '---\ntype: skill\n', ['1:1 front-matter']],
    ['a list for front matter', '---\n- a\n---\n', ['1:1 wrong-kind']],
    ['nothing in it', '---\n---\n', ['1:1 type', '1:1 missing-key', '1:1 missing-key']],
    ['another type', head().replace('type: skill', 'type: agent'), ['2:1 type']],
    ['another name', head().replace('name: demo', 'name: demon'), ['3:1 name']],
    ['a name that is none', head().replace('name: demo', 'name: De mo'), ['3:1 name']],
    ['a number as a name', head().replace('name: demo', 'name: 12'), ['3:1 wrong-kind']],
    ['an unknown key', head('entri: a'), [`${OWN}:1 unknown-key`]],
    ['a key of a phase', head('role: writer'), [`${OWN}:1 unknown-key`]],
    ['an unknown kind', head('kind: chart'), [`${OWN}:1 wrong-kind`]],
    ['an empty key', head('permissions:'), [`${OWN}:1 wrong-kind`]],
    ['an unknown entry', head('entry: start'), [`${OWN}:1 unknown-phase`]],
    ['an unknown result', head('final_output: essay'), [`${OWN}:1 unknown-artifact`]],
    ['no result', '---\ntype: skill\nname: demo\n---\nGo.', ['1:1 missing-key']],
    ['two artifacts and no result', head().replace('note:', 'other: { a: string }, note:'), ['1:1 missing-key']],
    ['a reserved artifact', head().replace('note:', 'run: { a: string }, note:'), ['4:14 name']],
    ['a built-in artifact', head().replace('note:', 'user_message: { a: string }, note:'), ['4:14 name']],
    ['an artifact with nothing in it', head().replace('{ text: string }', '{}'), ['4:14 empty-schema']],
    [
      'a limit below its least',
      head('limits: { max_phase_visits: 0, usd: -1, tokens: 1.5 }'),
      [`${OWN}:11 wrong-kind`, `${OWN}:32 wrong-kind`, `${OWN}:41 wrong-kind`],
    ],
    ['an unknown limit', head('limits: { turns: 1 }'), [`${OWN}:11 unknown-key`]],
    ['tags that are no list', head('tags: a'), [`${OWN}:1 wrong-kind`]],
    ['an unknown key of routing', head('routing: { trigger: [a] }'), [`${OWN}:12 unknown-key`]],
    ['a call of no tool', head('tool_chain: [{ args: {} }]'), [`${OWN}:14 missing-key`]],
    ['criteria that are no text', head('finish_criteria: [1]'), [`${OWN}:19 wrong-kind`]],
  ])('%s', (_, text, expected) => {
    expect(places({ 'skill.md': text })).toEqual(expected.map((place) => `skill.md:${place}`));
  });

  it('is all said at once, with a way out for each', () => {
    const { findings } = compile({
      'skill.md': head('entri: a', 'limits: { turns: 1 }', 'graph: { demo: [revew] }'),
      'phases/review.txt': 'x',
    });
    expect(findings.map(({ file, rule }) => `${file} ${rule}`)).toEqual([
      'skill.md format/unknown-key',
      'skill.md format/unknown-key',
      'skill.md format/unknown-phase',
      'phases/review.txt format/unknown-file',
    ]);
    expect(findings.map(({ fix }) => fix)).toContain('Write "entry".');
    for (const { fix, message, severity, skill } of findings) {
      expect([fix === '', message === '', severity, skill]).toEqual([false, false, 'error', 'demo']);
    }
  });

  it('is cut after a hundred findings', () => {
    const keys = Array.from({ length: 5000 }, (_, n) => `key${n}: 1`);
    expect(places({ 'skill.md': head(...keys) }).length).toBe(100);
  });

  it('shows no control character of a file', () => {
    const [finding] = compile({ 'skill.md': head('"a\\e[31mb": 1') }).findings;
    expect(finding?.message).toBe('unknown key "a\\u001b[31mb" in skill.md');
  });
});

describe('what is wrong with permissions', () => {
  it.each([
    ['{ files: {} }', ['16 unknown-key']],
    ['{ file: { read: "a/**" } }', ['24 wrong-kind']],
    ['{ file: { reed: [a] } }', ['24 unknown-key']],
    ['{ exec: [git] }', ['23 wrong-kind']],
    ['{ net: [1] }', ['22 wrong-kind']],
    ['{ mcp: { a: b } }', ['23 wrong-kind']],
    ['{ eval: yes }', ['16 wrong-kind']],
    ['{ optional: [network] }', ['27 wrong-kind']],
    ['[read]', ['1 wrong-kind']],
  ])('%s', (text, expected) => {
    const found = places({ 'skill.md': head(`permissions: ${text}`) });
    expect(found).toEqual(expected.map((place) => `skill.md:${OWN}:${place}`));
  });
});

describe('what is wrong with a phase', () => {
  it.each<[string, string[], string[]]>([
    ['what follows it (P1)', ['output: note', 'next_phase: b'], [`${KEY}:1 unknown-key`, `${KEY + 1}:1 unknown-key`]],
    ['permissions (P1)', ['permissions: {}'], [`${KEY}:1 unknown-key`]],
    ['an unknown key', ['rol: x'], [`${KEY}:1 unknown-key`]],
    ['another type', ['type: skill'], [`${KEY}:1 type`]],
    ['another name', ['name: b'], [`${KEY}:1 name`]],
    ['an unknown input', ['input: user_message | essay'], [`${KEY}:1 unknown-artifact`]],
    ['an input twice', ['input: note | note'], [`${KEY}:1 input`]],
    ['a list of inputs', ['input: [note]'], [`${KEY}:1 wrong-kind`]],
    ['a class that is no name', ['model_class: "very strong"'], [`${KEY}:1 name`]],
    ['turns below 0', ['max_act_turns: -1'], [`${KEY}:1 wrong-kind`]],
    ['ops that are no list', ['allowed_ops: read_file'], [`${KEY}:1 wrong-kind`]],
    ['a step without type', ['preprocessor: [{ op: x }]'], [`${KEY}:16 missing-key`]],
    [
      'a python step without a function, or in no file',
      ['preprocessor: [{ type: python, module: rank, output_schema: { type: array } }]'],
      [`${KEY}:16 missing-key`, `${KEY}:32 unknown-module`],
    ],
    ['a step of no type', ['preprocessor: [{ type: opp }]'], [`${KEY}:18 unknown-step`]],
    ['an op step without op', ['preprocessor: [{ type: op }]'], [`${KEY}:16 missing-key`]],
    ['an open template', [`preprocessor: [{ type: op, op: x, args: { a: ["$\{b"] } }]`], [`${KEY}:47 template`]],
    ['a step without schema', ['preprocessor: [{ type: validate }]'], [`${KEY}:16 missing-key`]],
    ['a key of another step', ['preprocessor: [{ type: op, op: x, schema: {} }]'], [`${KEY}:35 unknown-key`]],
    ['an unknown on_error', ['preprocessor: [{ type: op, op: x, on_error: stop }]'], [`${KEY}:35 wrong-kind`]],
    ['a path that is none', ['preprocessor: [{ type: op, op: x, into: a..b }]'], [`${KEY}:35 path`]],
    ['broken YAML', ['role: "x'], [`${KEY}:9 yaml`]],
  ])('%s', (_, keys, expected) => {
    expect(places({ 'skill.md': head() + PHASE(...keys) })).toEqual(expected.map((place) => `skill.md:${place}`));
  });

  it('in a file: it needs type, name and input', () => {
    const files = (text: string) => ({ 'skill.md': head(), 'phases/a.md': text });
    expect(places(files('---\n---\nGo.'))).toEqual([
      'phases/a.md:1:1 missing-key',
      'phases/a.md:1:1 missing-key',
      'phases/a.md:1:1 missing-key',
    ]);
    expect(places(files('Go.'))).toEqual(['phases/a.md:1:1 front-matter']);
    expect(places(files('---\ntype: phase\nname: b\ninput: note\n---\n'))).toEqual(['phases/a.md:3:1 name']);
  });

  it('twice: as two sections, or as a section and a file', () => {
    expect(places({ 'skill.md': `${head()}## phase: a\n## phase: a\n` })).toEqual(['skill.md:7:1 two-phases']);
    const file = '---\ntype: phase\nname: a\ninput: note\n---\n';
    expect(places({ 'skill.md': `${head()}## phase: a\n`, 'phases/a.md': file })).toEqual([
      'phases/a.md:1:1 two-phases',
    ]);
  });

  it.each(['end', 'input', 'Draft', 'draft-it', '12', 'constructor', '__proto__', ''])('the name %j', (name) => {
    expect(places({ 'skill.md': `${head()}## phase: ${name}\n` })).toContain('skill.md:6:1 name');
  });
});

describe('what is wrong with the graph', () => {
  it.each<[string, string, string[]]>([
    ['an unknown target', '[c]', ['5:14 unknown-phase']],
    ['an unknown target of an object', '[{ to: c }]', ['5:16 unknown-phase']],
    ['an edge that leads nowhere', '[{ when: {} }]', ['5:14 missing-key']],
    ['an unknown key of an edge', '[{ to: b, if: 1 }]', ['5:23 unknown-key']],
    ['a number for an edge', '[1]', ['5:14 wrong-kind']],
    ['a number for edges', '1', ['5:10 wrong-kind']],
    ['two edges to one phase', '[b, { to: b }]', ['5:17 two-edges']],
    ['a skill as a node that leads nowhere', '["@other"]', ['5:1 no-edges']],
    ['a shared phase that is not there', '[shared/x]', ['5:14 unknown-phase']],
    ['a guard on visits of no phase', '[{ to: b, when: { visits.c: 1 } }]', ['5:31 unknown-phase']],
    ['a guard on visits of nothing', '[{ to: b, when: { visits: 1 } }]', ['5:31 unknown-phase']],
    ['a guard on no path', '[{ to: b, when: { a..b: 1 } }]', ['5:31 path']],
    ['a guard that is no schema', '[{ to: b, when: { a: { minimun: 1 } } }]', ['5:36 schema']],
    ['guards in a list', '[{ to: b, when: [a] }]', ['5:23 wrong-kind']],
    ['a carried field that is not there', '[{ to: end, carry: { txt: input.text } }]', ['5:34 unknown-field']],
    ['a field carried from nowhere', '[{ to: end, carry: { text: note.text } }]', ['5:34 path']],
    ['a field carried from the run', '[{ to: end, carry: { text: run.text } }]', ['5:34 path']],
    ['a field carried from no phase', '[{ to: end, carry: { text: phases.c.text } }]', ['5:34 unknown-phase']],
    ['a field carried from no path', '[{ to: end, carry: { text: 1 } }]', ['5:34 wrong-kind']],
  ])('%s', (_, edges, expected) => {
    expect(places({ 'skill.md': GRAPH(edges) })).toEqual(expected.map((place) => `skill.md:${place}`));
  });

  it('an unknown phase, a phase without edges, or no graph at all', () => {
    const two = '## phase: a\n## phase: b\n';
    expect(places({ 'skill.md': `${head('graph: { a: [end], c: [end] }', 'entry: a')}${two}` })).toEqual([
      'skill.md:5:1 no-edges',
      'skill.md:5:20 unknown-phase',
    ]);
    expect(places({ 'skill.md': head() + two })).toEqual(['skill.md:1:1 no-graph']);
    expect(places({ 'skill.md': `${head('graph: [a, b]', 'entry: a')}${two}` })).toContain('skill.md:5:1 wrong-kind');
  });

  it('says nothing of a phase whose own file is broken', () => {
    const files: Files = {
      'skill.md': head('graph: { a: [b], b: [{ to: end, carry: { text: phases.a.x } }] }', 'entry: a'),
      'phases/a.md': '---\ntype: phase\nname: a\ninput: note\n---\n',
      'phases/b.md': '---\ntype: "phase\n---\n',
    };
    expect(places(files)).toEqual(['phases/b.md:3:1 yaml']);
  });
});

describe('what is wrong with the postprocessor', () => {
  it('no name, no schema, unknown keys, broken steps', () => {
    expect(places({ 'skill.md': head('postprocessor: { steps: [{ type: nope }], output: x }') })).toEqual([
      'skill.md:5:1 missing-key',
      'skill.md:5:1 missing-key',
      'skill.md:5:28 unknown-step',
      'skill.md:5:43 unknown-key',
    ]);
  });
});

describe('what is wrong with an artifact file', () => {
  it.each<[string, string, string[]]>([
    ['nothing in it', '', ['1:1 empty-schema']],
    ['an empty schema', 'schema: {}', ['1:1 empty-schema']],
    ['no schema', 'name: other\ndescription: x', ['1:1 empty-schema']],
    ['a description only', 'description: x', ['1:1 empty-schema']],
    ['a title only', 'title: x', ['1:1 empty-schema']],
    ['true, which is anything', 'true', ['1:1 schema']],
    ['a schema that is true', 'schema: true', ['1:1 schema']],
    ['another name', 'name: note\nschema: { type: object }', ['1:1 name']],
    ['an unknown key', 'schema: { type: object }\nscheme: 1', ['2:1 unknown-key']],
    ['an unknown keyword', 'type: object\npropertys: {}', ['2:1 schema']],
    ['a loop', '$ref: "#"', ['1:1 schema']],
    ['broken YAML', 'a: [', ['1:5 yaml']],
    ['an anchor', 'type: &a object', ['1:7 yaml-feature']],
    ['a draft that is not known', '$schema: http://json-schema.org/draft-03/schema#\ntype: object', ['1:1 schema']],
  ])('%s', (_, text, expected) => {
    const found = places({ 'skill.md': head('final_output: note'), 'artifacts/other.yaml': text });
    expect(found).toEqual(expected.map((place) => `artifacts/other.yaml:${place}`));
  });

  it.each([
    ['a bare schema', 'type: object'],
    ['a bare schema of draft-07', '$schema: "http://json-schema.org/draft-07/schema#"\ntype: object'],
    ['a schema with its own description', 'description: x\ntype: object'],
    ['the wrapping form', 'name: other\ndescription: x\nschema: { type: object }'],
  ])('nothing: %s', (_, text) => {
    expect(places({ 'skill.md': head('final_output: note'), 'artifacts/other.yaml': text })).toEqual([]);
  });

  it('a name that cannot be, another ending, a folder, or a second definition', () => {
    const schema = 'type: object';
    expect(
      places({
        'skill.md': head(),
        'artifacts/Other.yaml': schema,
        'artifacts/a.yml': schema,
        'artifacts/deep/b.yaml': schema,
        'artifacts/note.yaml': schema,
      }),
    ).toEqual([
      'artifacts/Other.yaml:1:1 name',
      'artifacts/a.yml:1:1 unknown-file',
      'artifacts/deep/b.yaml:1:1 unknown-file',
      'artifacts/note.yaml:1:1 two-artifacts',
    ]);
  });
});

describe('what is wrong with the folder', () => {
  it('no skill.md, a foreign one, or both', () => {
    expect(places({ 'notes.md': 'x' })).toEqual(['skill.md:1:1 no-skill-md']);
    expect(places({ 'SKILL.md': '---\nname: x\n---\n' })).toEqual([
      'SKILL.md:1:1 agent-skill/description',
      'SKILL.md:2:1 agent-skill/name',
    ]);
    expect(places({ 'SKILL.md': 'x', 'skill.md': `${head()}Go.` })).toEqual(['SKILL.md:1:1 two-skill-files']);
  });

  it('text that is not UTF-8', () => {
    expect(places({ 'skill.md': Buffer.from([0xff, 0xfe]), 'artifacts/a.yaml': Buffer.from([0xc3, 0x28]) })).toEqual([
      'skill.md:1:1 not-utf8',
      'artifacts/a.yaml:1:1 not-utf8',
    ]);
  });
});
