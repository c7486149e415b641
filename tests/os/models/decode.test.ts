import { describe, expect, it } from 'vitest';
import { decodeReply } from '../../../src/os/models/decode.ts';
import type { Encoding, Frame, Reply, ViolationCode } from '../../../src/os/models/port.ts';
import { type Resolved, resolveDecision } from '../../../src/os/models/resolve.ts';
import { frame } from './frames.ts';

function read(reply: Reply, encoding: Encoding, seen: Frame = frame()): Resolved {
  const read = decodeReply(reply, seen, encoding);
  return read.ok ? resolveDecision(read.decoded, seen) : { kind: 'violation', violation: read.violation };
}

const text = (value: string, finish: Reply['finish'] = 'stop'): Reply => ({ calls: [], text: value, finish });
const json = (value: unknown) => text(JSON.stringify(value));
const calls = (...given: [string, unknown][]): Reply => ({
  calls: given.map(([name, args]) => ({ name, args })),
  text: '',
  finish: 'tools',
});

const draft = { title: 'Bees', points: ['one'] };
const to = (next_phase: unknown, type: unknown, data: unknown, more: object = {}) => ({
  control: { type: 'transition', next_phase, confidence: 0.9, reason: 'ready', ...more },
  artifact: { type, data },
  ops: [],
});
const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

describe('a reply that keeps the contract', () => {
  const cases: [string, Reply, Reply, Partial<Resolved>][] = [
    [
      'an edge with artifact, reason and confidence',
      calls(['to_review', { artifact: draft, reason: 'ready', confidence: 0.9 }]),
      json(to('review', 'draft', draft)),
      { kind: 'decide', artifact: draft, reason: 'ready', confidence: 0.9 },
    ],
    [
      'an edge without reason and confidence',
      calls(['to_review', { artifact: draft }]),
      json({ control: { type: 'transition', next_phase: 'review' }, artifact: { type: 'draft', data: draft } }),
      { kind: 'decide', artifact: draft },
    ],
    [
      'null where there is no reason and no confidence',
      calls(['to_review', { artifact: draft, reason: null, confidence: null }]),
      json(to('review', 'draft', draft, { reason: null, confidence: null })),
      { kind: 'decide', artifact: draft },
    ],
    [
      'one member of a union',
      calls(['to_sort__large', { artifact: { n: 2.5 }, reason: 'ready', confidence: 0.9 }]),
      json(to('sort', 'large', { n: 2.5 })),
      { kind: 'decide', artifact: { n: 2.5 } },
    ],
    [
      'an artifact whose fields are called type, data, control and reason',
      calls([
        'to_name',
        { artifact: { type: 'a', data: 'b', control: 'c', reason: 'd' }, reason: 'ready', confidence: 0.9 },
      ]),
      json(to('name', 'named', { type: 'a', data: 'b', control: 'c', reason: 'd' })),
      { kind: 'decide', artifact: { type: 'a', data: 'b', control: 'c', reason: 'd' } },
    ],
    [
      'finish',
      calls(['finish', { artifact: { text: 'done' }, confidence: 0 }]),
      json({
        control: { type: 'finish', next_phase: null, confidence: 0 },
        artifact: { type: 'summary', data: { text: 'done' } },
        ops: [],
      }),
      { kind: 'decide', artifact: { text: 'done' }, confidence: 0 },
    ],
    [
      'abort',
      calls(['abort', { reason: 'no' }]),
      json({ control: { type: 'abort', reason: 'no' }, artifact: null, ops: [] }),
      { kind: 'decide', reason: 'no' },
    ],
    [
      'two ops',
      calls(['read_file', { path: 'a' }], ['write_file', { path: 'b', text: '' }]),
      json({
        control: null,
        artifact: null,
        ops: [
          { kind: 'read_file', args: { path: 'a' } },
          { kind: 'write_file', args: { path: 'b', text: '' } },
        ],
      }),
      {
        kind: 'act',
        ops: [
          { kind: 'read_file', args: { path: 'a' } },
          { kind: 'write_file', args: { path: 'b', text: '' } },
        ],
      },
    ],
  ];

  it.each(cases)('means the same in both encodings: %s', (_, asTools, asJson, meant) => {
    const seen = frame();
    expect(decodeReply(asTools, seen, 'tools')).toEqual(
      decodeReply(asJson, seen, 'json').ok ? decodeReply(asJson, seen, 'json') : 'unread',
    );
    expect(read(asTools, 'tools')).toMatchObject(meant);
    expect(read(asJson, 'json')).toEqual(read(asTools, 'tools'));
  });

  it('leaves the artifact exactly as written, with nulls, odd keys and prototypes names', () => {
    const artifact = { title: null, toString: 1, extra: [{ '': '' }] };
    expect(read(calls(['to_review', { artifact }]), 'tools')).toMatchObject({ artifact });
    expect(read(json(to('review', 'draft', artifact)), 'json')).toMatchObject({ artifact });
  });

  it('ignores text beside tool calls', () => {
    const reply = { ...calls(['abort', { reason: 'no' }]), text: 'I shall call finish instead.' };
    expect(read(reply, 'tools')).toMatchObject({ kind: 'decide', candidate: { id: 'abort' } });
  });

  it.each([
    ['a fence', '```json\n{"control": {"type": "abort"}}\n```'],
    ['a fence without a language', '```\n{"control": {"type": "abort"}}\n```'],
    ['a fence in prose', 'Here it is:\n\n```JSON\n{"control": {"type": "abort"}}\n```\nI hope it helps.'],
    [
      'a fence beside one of another language',
      '```python\nprint({})\n```\n```json\n{"control": {"type": "abort"}}\n```',
    ],
    ['a fence that is never closed', '```json\n{"control": {"type": "abort"}}\n'],
    ['a fence closed behind the last bracket', '```json\n{"control": {"type": "abort"}}```'],
    ['trailing commas', '{"control": {"type": "abort",}, "ops": [\n],\n}'],
    ['white space around it', '\n\t {"control": {"type": "abort"}} \n'],
  ])('reads json in %s', (_, written) => {
    expect(read(text(written), 'json')).toMatchObject({ kind: 'decide', candidate: { id: 'abort' } });
  });

  it('touches nothing inside strings: fences, commas, brackets, escapes', () => {
    const reason = '```json\n{"a": [1,],}\n``` ,] ,} \\" \\\\';
    const asJson = json({ control: { type: 'abort', reason } });
    expect(read(asJson, 'json')).toMatchObject({ reason });
    expect(read(text(`\`\`\`json\n${asJson.text.replace(/}$/, ',}')}\n\`\`\``), 'json')).toMatchObject({ reason });
  });
});

type Odd = [name: string, reply: Reply, code: ViolationCode, seen?: Frame];

const noOps = frame({ ops: [] });

const ODD_TOOLS: Odd[] = [
  ['nothing at all', calls(), 'empty'],
  ['text instead of a call', text('I think we should review it.'), 'empty'],
  ['JSON text instead of a call', json(to('review', 'draft', draft)), 'empty'],
  ['a refusal', text('I cannot help with that.', 'refusal'), 'refusal'],
  ['a reply cut off at the token limit', { ...calls(['abort', { reason: 'no' }]), finish: 'length' }, 'cut_off'],
  ['a scalar as arguments', calls(['finish', 5]), 'not_an_object'],
  ['a list as arguments', calls(['finish', [{ artifact: { text: 'x' } }]]), 'not_an_object'],
  ['null as arguments', calls(['finish', null]), 'not_an_object'],
  ['nothing as arguments', calls(['finish', undefined]), 'not_an_object'],
  ['a JSON string as arguments', calls(['finish', '"finish"']), 'not_an_object'],
  ['arguments that are not JSON', calls(['finish', '{"artifact": {"text": ']), 'not_json'],
  ['arguments that are empty text', calls(['read_file', '']), 'not_json'],
  ['arguments of an op that are not JSON', calls(['read_file', '{path: a}']), 'not_json'],
  ['arguments 100,000 levels deep', calls(['finish', deep(100_000)]), 'too_deep'],
  ['an artifact 65 levels deep', calls(['finish', { artifact: JSON.parse(deep(64)) }]), 'too_deep'],
  ['an op with arguments 65 levels deep', calls(['read_file', { path: JSON.parse(deep(64)) }]), 'too_deep'],
  ['a __proto__ key', calls(['finish', JSON.parse('{"artifact": {"__proto__": {"text": "x"}}}')]), 'unknown_key'],
  ['an extra key', calls(['finish', { artifact: { text: 'x' }, next: 'review' }]), 'unknown_key'],
  ['the artifact beside the envelope', calls(['finish', { text: 'x' }]), 'unknown_key'],
  ['abort with an artifact', calls(['abort', { reason: 'no', artifact: {} }]), 'unknown_key'],
  ['two edges', calls(['finish', { artifact: {} }], ['to_review', { artifact: draft }]), 'two_decisions'],
  ['the same edge twice', calls(['abort', {}], ['abort', {}]), 'two_decisions'],
  ['an op and an edge', calls(['read_file', { path: 'a' }], ['abort', {}]), 'op_and_edge'],
  ['an op, two edges', calls(['read_file', { path: 'a' }], ['abort', {}], ['abort', {}]), 'two_decisions'],
  ['a self edge the graph lacks', calls(['to_draft', { artifact: draft }]), 'unknown_edge'],
  ['an edge to end', calls(['to_end', { artifact: draft }]), 'unknown_edge'],
  ['an edge to abort', calls(['to_abort', { reason: 'no' }]), 'unknown_edge'],
  ['an edge to finish', calls(['to_finish', { artifact: {} }]), 'unknown_edge'],
  ['an edge to rollback', calls(['to_rollback', { artifact: {} }]), 'unknown_edge'],
  ['an edge in other letters', calls(['TO_REVIEW', { artifact: draft }]), 'unknown_op'],
  ['a union edge without its type', calls(['to_sort', { artifact: { n: 1 } }]), 'unknown_edge'],
  ['a union edge with a type of another edge', calls(['to_sort__draft', { artifact: draft }]), 'unknown_edge'],
  ['a plain edge with a type', calls(['to_review__draft', { artifact: draft }]), 'unknown_edge'],
  ['finish where it is not offered', calls(['finish', { artifact: {} }]), 'unknown_edge', frame({ candidates: [] })],
  ['a tool called end', calls(['end', {}]), 'unknown_op'],
  ['a tool called rollback', calls(['rollback', {}]), 'unknown_op'],
  ['a tool with a prototype name', calls(['toString', {}]), 'unknown_op'],
  ['confidence 2', calls(['finish', { artifact: {}, confidence: 2 }]), 'confidence'],
  ['confidence -0.1', calls(['finish', { artifact: {}, confidence: -0.1 }]), 'confidence'],
  ['confidence "high"', calls(['finish', { artifact: {}, confidence: 'high' }]), 'confidence'],
  ['confidence that is no number', calls(['finish', { artifact: {}, confidence: Number.NaN }]), 'confidence'],
  ['a reason that is a list', calls(['abort', { reason: ['no'] }]), 'confidence'],
  ['an op that does not exist', calls(['launch', {}]), 'unknown_op'],
  ['an op when no turn with ops is left', calls(['read_file', { path: 'a' }]), 'unknown_op', noOps],
];

const ODD_JSON: Odd[] = [
  ['nothing at all', text(''), 'empty'],
  ['white space', text(' \n\t'), 'empty'],
  ['an empty fence', text('```json\n```'), 'empty'],
  ['prose', text('I think we should review it.'), 'not_json'],
  ['prose around bare JSON', text('Sure: {"control": {"type": "abort"}} Done.'), 'not_json'],
  ['a fence of another language', text('```yaml\ncontrol: abort\n```'), 'not_json'],
  ['two JSON values', text('{"control": {"type": "abort"}} {"control": {"type": "abort"}}'), 'not_json'],
  ['two fenced blocks', text('```json\n{"ops": []}\n```\nor\n```json\n{"ops": []}\n```'), 'two_decisions'],
  ['unterminated JSON', text('{"control": {"type": "finish"'), 'not_json'],
  ['an unterminated string', text('{"control": {"type": "fin'), 'not_json'],
  ['single quotes', text("{'control': null}"), 'not_json'],
  ['a comment', text('{"control": null /* none */}'), 'not_json'],
  ['a comma with nothing before it', text('{"control": null, "ops": [,]}'), 'not_json'],
  ['two commas', text('{"control": null,, "ops": []}'), 'not_json'],
  ['the same key twice', text('{"control": {"type": "abort"}, "control": {"type": "finish"}}'), 'not_json'],
  ['the same key in two spellings', text('{"control": {"type": "abort"}, "contro\\u006c": null}'), 'not_json'],
  ['a number too large', text('{"control": {"type": "abort", "confidence": 1e999}}'), 'not_json'],
  ['a refusal', text('I cannot.', 'refusal'), 'refusal'],
  ['a reply cut off at the token limit', text('{"control": {"type": "abort"}}', 'length'), 'cut_off'],
  ['a scalar', text('42'), 'not_an_object'],
  ['a string', text('"finish"'), 'not_an_object'],
  ['null', text('null'), 'not_an_object'],
  ['a list', json([to('review', 'draft', draft)]), 'not_an_object'],
  ['control as text', json({ control: 'finish' }), 'not_an_object'],
  ['artifact as text', json({ ...to('review', 'draft', draft), artifact: 'Bees' }), 'not_an_object'],
  ['ops as an object', json({ control: null, ops: { kind: 'read_file' } }), 'not_an_object'],
  ['null among the ops', json({ control: null, ops: [null] }), 'not_an_object'],
  ['100,000 levels', text(deep(100_000)), 'too_deep'],
  ['100,000 levels that never close', text('{"a":'.repeat(100_000)), 'too_deep'],
  ['an artifact 65 levels deep', json(to('review', 'draft', JSON.parse(deep(64)))), 'too_deep'],
  ['a __proto__ key', text('{"control": {"type": "abort"}, "__proto__": {}}'), 'unknown_key'],
  ['an extra key at the top', json({ ...to('review', 'draft', draft), thoughts: 'x' }), 'unknown_key'],
  ['an extra key in control', json(to('review', 'draft', draft, { next: 'x' })), 'unknown_key'],
  [
    'an extra key in artifact',
    json({ ...to('review', 'draft', draft), artifact: { type: 'draft', data: draft, note: '' } }),
    'unknown_key',
  ],
  ['an extra key in an op', json({ control: null, ops: [{ kind: 'read_file', path: 'a' }] }), 'unknown_key'],
  ['the artifact without its envelope', json({ ...to('review', 'draft', draft), artifact: draft }), 'unknown_key'],
  ['an empty object', json({}), 'empty'],
  ['no edge and no op', json({ control: null, artifact: null, ops: [] }), 'empty'],
  ['an artifact but no edge', json({ control: null, artifact: { type: 'draft', data: draft }, ops: [] }), 'empty'],
  [
    'ops and an artifact but no edge',
    json({ artifact: { type: 'draft', data: draft }, ops: [{ kind: 'read_file', args: {} }] }),
    'op_and_edge',
  ],
  [
    'an op and an edge',
    json({ ...to('review', 'draft', draft), ops: [{ kind: 'read_file', args: { path: 'a' } }] }),
    'op_and_edge',
  ],
  ['a self edge the graph lacks', json(to('draft', 'draft', draft)), 'unknown_edge'],
  ['the edge end', json(to('end', 'summary', { text: 'x' })), 'unknown_edge'],
  ['the edge finish', json(to('finish', 'summary', { text: 'x' })), 'unknown_edge'],
  ['the edge abort', json(to('abort', 'draft', draft)), 'unknown_edge'],
  ['the edge rollback', json(to('rollback', 'draft', draft)), 'unknown_edge'],
  ['a candidate id as the phase', json(to('to_review', 'draft', draft)), 'unknown_edge'],
  ['a phase in other letters', json(to('Review', 'draft', draft)), 'unknown_edge'],
  ['a prototype name as the phase', json(to('constructor', 'draft', draft)), 'unknown_edge'],
  ['no phase', json(to(undefined, 'draft', draft)), 'unknown_edge'],
  ['a list of phases', json(to(['review'], 'draft', draft)), 'unknown_edge'],
  [
    'finish with a next phase',
    json({ control: { type: 'finish', next_phase: 'review' }, artifact: { type: 'summary', data: {} } }),
    'unknown_edge',
  ],
  ['abort with a next phase', json({ control: { type: 'abort', next_phase: 'review' } }), 'unknown_edge'],
  ['a control of unknown type', json({ control: { type: 'rollback' } }), 'unknown_edge'],
  [
    'a control without type',
    json({ control: { next_phase: 'review' }, artifact: { type: 'draft', data: draft } }),
    'unknown_edge',
  ],
  ['the right edge with the wrong artifact type', json(to('review', 'summary', draft)), 'artifact_type'],
  [
    'the right edge with an artifact without type',
    json({ ...to('review', 'draft', draft), artifact: { data: draft } }),
    'artifact_type',
  ],
  ['an artifact type that is a number', json(to('review', 5, draft)), 'artifact_type'],
  ['a type outside the union', json(to('sort', 'draft', { n: 1 })), 'artifact_type'],
  [
    'a union edge without an artifact',
    json({ control: { type: 'transition', next_phase: 'sort' }, artifact: null }),
    'artifact_type',
  ],
  [
    'abort with an artifact',
    json({ control: { type: 'abort' }, artifact: { type: 'draft', data: draft } }),
    'artifact_type',
  ],
  ['confidence 2', json(to('review', 'draft', draft, { confidence: 2 })), 'confidence'],
  ['confidence "high"', json(to('review', 'draft', draft, { confidence: 'high' })), 'confidence'],
  ['a reason that is a number', json(to('review', 'draft', draft, { reason: 5 })), 'confidence'],
  ['an op that does not exist', json({ control: null, ops: [{ kind: 'launch', args: {} }] }), 'unknown_op'],
  ['an op without a kind', json({ control: null, ops: [{ args: {} }] }), 'unknown_op'],
  [
    'an op when no turn with ops is left',
    json({ control: null, ops: [{ kind: 'read_file', args: {} }] }),
    'unknown_op',
    noOps,
  ],
  ['a tool call', calls(['finish', { artifact: { text: 'x' } }]), 'not_json'],
];

describe.each([
  ['tools', ODD_TOOLS],
  ['json', ODD_JSON],
] as const)('an odd reply in the encoding %s', (encoding, cases) => {
  it.each(cases)('is a violation, not a crash: %s', (_, reply, code, seen) => {
    const resolved = read(reply, encoding, seen);
    if (resolved.kind !== 'violation') throw new Error(`was taken as ${JSON.stringify(resolved)}`);
    const { violation } = resolved;
    expect(violation.code).toBe(code);
    expect(violation.message).toMatch(/^[A-Z\w/].*\.$/s);
    expect((violation.got ?? '').length).toBeLessThanOrEqual(201);
    expect(JSON.stringify(violation).length).toBeLessThan(2000);
  });
});

describe('a violation', () => {
  it('names what was got and what is allowed', () => {
    const resolved = read(calls(['to_end', { artifact: {} }]), 'tools');
    expect(resolved).toMatchObject({
      violation: {
        got: 'to_end',
        allowed: ['to_review', 'to_sort__small', 'to_sort__large', 'to_name', 'finish', 'abort'],
      },
    });
    expect(read(json(to('sort', 'draft', {})), 'json')).toMatchObject({
      violation: { path: '/artifact/type', got: 'draft', allowed: ['small', 'large'] },
    });
  });

  it('is that of the first failing stage, wherever in the reply it is', () => {
    const reply = calls(['finish', { artifact: {}, extra: 1 }], ['read_file', '{'], ['launch', {}]);
    expect(read(reply, 'tools')).toMatchObject({ violation: { code: 'not_json', path: '/calls/1' } });
  });

  it('stays short however long what it quotes is', () => {
    const long = 'x'.repeat(1_000_000);
    const odd: [Reply, Encoding][] = [
      [calls([long, {}]), 'tools'],
      [calls([`to_${long}`, {}]), 'tools'],
      [calls(['finish', { [long]: 1 }]), 'tools'],
      [calls([long, 5]), 'tools'],
      [json({ [long]: 1 }), 'json'],
      [json(to(long, 'draft', draft)), 'json'],
      [json({ control: null, ops: [{ kind: long }] }), 'json'],
      [text(long), 'json'],
    ];
    for (const [reply, encoding] of odd) {
      const resolved = read(reply, encoding);
      expect(resolved.kind).toBe('violation');
      expect(JSON.stringify(resolved).length).toBeLessThan(5000);
    }
  });

  it('points to odd keys as a JSON pointer does', () => {
    expect(read(json({ 'a/b~c': 1 }), 'json')).toMatchObject({ violation: { path: '/a~1b~0c' } });
  });

  it('offers a self edge only where the frame does', () => {
    const self = { id: 'to_draft', kind: 'transition', to: 'draft', type: 'draft', schema: {} } as const;
    const seen = frame({ candidates: [...frame().candidates, self] });
    expect(read(calls(['to_draft', { artifact: draft }]), 'tools', seen)).toMatchObject({
      candidate: { id: 'to_draft' },
    });
    expect(read(json(to('draft', 'draft', draft)), 'json', seen)).toMatchObject({ candidate: { id: 'to_draft' } });
  });
});

describe('reading json', () => {
  it('takes time in proportion to the text, whatever the text', () => {
    const nasty = [
      ', '.repeat(200_000),
      '```'.repeat(200_000),
      `\`\`\`${' '.repeat(500_000)}!`,
      '\\"'.repeat(300_000),
      '{"'.repeat(200_000),
    ];
    for (const one of nasty) expect(read(text(one), 'json').kind).toBe('violation');
    for (const one of nasty) expect(read(text(`\`\`\`json\n${one}\n\`\`\``), 'json').kind).toBe('violation');
  });
});
