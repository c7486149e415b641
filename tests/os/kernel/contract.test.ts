import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ContractView, type Judgement, judge } from '../../../src/os/kernel/contract.ts';
import { foldAll } from '../../../src/os/kernel/fold.ts';
import { next } from '../../../src/os/kernel/next.ts';
import { frameNow } from '../../../src/os/kernel/turn.ts';
import { type Reply, VIOLATION_CODES } from '../../../src/os/models/port.ts';
import { OPS } from '../../../src/os/ops/list.ts';
import { compileSchema } from '../../../src/os/schema.ts';
import { ofType, openProject, phase, phases, type Rule } from '../../project.ts';
import { framesOf, fullRun, reads, recorded } from './logs.ts';

const SKILL = phases(
  'demo',
  [
    'entry: start',
    'final_output: note',
    'artifacts:',
    '  note: { text: string, when: "string?", type: "string?" }',
    '  job: { text: string, size: integer }',
    '  order: { item: string, count: integer }',
    'permissions: { file: { read: ["in/**"] } }',
    'graph:',
    '  start:',
    '    - other',
    '    - { to: copy, carry: { text: input.text } }',
    '    - { to: buy, carry: { item: input.text }, when: { count: { maximum: 3 } } }',
    '    - end',
    '  other: [end]',
    '  copy: [end]',
    '  buy: [end]',
  ],
  phase('start', 'input: user_message', 'allowed_ops: [read_file]'),
  phase('other', 'input: note | job'),
  phase('copy', 'input: note'),
  phase('buy', 'input: order'),
);

const GOOD = { finish: { text: 'good' } };
const LATER = { match: { phase: { not: { const: 'start' } } }, turn: GOOD };

/** A reply and the violation it is. Texts of arguments are what a provider hands over when they did not parse. */
type Case = {
  readonly reply: object;
  readonly code: string;
  readonly says: RegExp;
};

const edge = (name: string, args: unknown) => ({ calls: [{ name, args }] });
const finish = (artifact: unknown) => edge('finish', { artifact });
/** As deep as it can be within what a file of rules may hold. */
const deep = (levels: number) => '['.repeat(levels);
const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);

const TOOLS: Readonly<Record<string, Case>> = {
  'a number for arguments': { reply: edge('finish', 5), code: 'not_an_object', says: /a number/ },
  'a list for arguments': { reply: edge('finish', []), code: 'not_an_object', says: /a list/ },
  'null for arguments': { reply: edge('finish', null), code: 'not_an_object', says: /null/ },
  'arguments that are no JSON': { reply: edge('finish', '{"artifact": '), code: 'not_json', says: /not JSON/ },
  'an object inside a text': {
    reply: edge('finish', '{"artifact":{"text":"x"}}'),
    code: 'not_an_object',
    says: /a string/,
  },
  'nothing at all': { reply: { text: '' }, code: 'empty', says: /calls no tool/ },
  'prose and no call': { reply: { text: 'I think we are done.' }, code: 'empty', says: /calls no tool/ },
  'fenced JSON and no call': {
    reply: { text: '```json\n{"finish": {"text": "x"}}\n```' },
    code: 'empty',
    says: /calls no tool/,
  },
  'two edges': {
    reply: {
      calls: [
        { name: 'finish', args: { artifact: { text: 'x' } } },
        { name: 'abort', args: {} },
      ],
    },
    code: 'two_decisions',
    says: /chooses 2 edges/,
  },
  'an edge to itself': { reply: edge('to_start', { artifact: { text: 'x' } }), code: 'unknown_edge', says: /to_start/ },
  'an edge called end': { reply: edge('end', {}), code: 'unknown_op', says: /no op or edge "end"/ },
  'an edge called to_end': { reply: edge('to_end', { artifact: { text: 'x' } }), code: 'unknown_edge', says: /to_end/ },
  'an edge called to_abort': { reply: edge('to_abort', {}), code: 'unknown_edge', says: /to_abort/ },
  'an edge called rollback': { reply: edge('rollback', {}), code: 'unknown_op', says: /"rollback"/ },
  'a union edge without its type': {
    reply: edge('to_other', { artifact: { text: 'x' } }),
    code: 'unknown_edge',
    says: /to_other__note/,
  },
  'the right edge with the artifact of another': {
    reply: edge('to_other__job', { artifact: { text: 'x' } }),
    code: 'artifact_schema',
    says: /does not fit job: the value lacks the field "size"/,
  },
  'an unknown key beside the artifact': {
    reply: edge('finish', { artifact: { text: 'x' }, next: 'other' }),
    code: 'unknown_key',
    says: /finish takes no "next"/,
  },
  'an unknown field of the artifact': {
    reply: finish({ text: 'x', more: 1 }),
    code: 'artifact_schema',
    says: /unknown field "more"/,
  },
  'several wrong fields': {
    reply: finish({ text: 1, when: 2 }),
    code: 'artifact_schema',
    says: /text must be string; when must/,
  },
  'no artifact': {
    reply: edge('finish', { reason: 'x' }),
    code: 'artifact_schema',
    says: /takes an artifact of type note/,
  },
  'null for an artifact': { reply: finish(null), code: 'artifact_schema', says: /must be object/ },
  'a text for an artifact': { reply: finish('x'), code: 'artifact_schema', says: /must be object/ },
  'a number where carry fills everything': {
    reply: edge('to_copy', { artifact: 5 }),
    code: 'artifact_schema',
    says: /must be object/,
  },
  'a field that carry fills': {
    reply: edge('to_buy', { artifact: { item: 'mine', count: 1 } }),
    code: 'artifact_schema',
    says: /unknown field "item"/,
  },
  'an artifact that a guard refuses': {
    reply: edge('to_buy', { artifact: { count: 4 } }),
    code: 'guard',
    says: /open only when count fits {"maximum":3}; it is 4/,
  },
  'a confidence of 2': {
    reply: edge('finish', { artifact: { text: 'x' }, confidence: 2 }),
    code: 'confidence',
    says: /from 0 to 1/,
  },
  'a confidence in words': {
    reply: edge('finish', { artifact: { text: 'x' }, confidence: 'high' }),
    code: 'confidence',
    says: /from 0 to 1/,
  },
  'an op and an edge': {
    reply: {
      calls: [
        { name: 'read_file', args: { path: 'in/a' } },
        { name: 'finish', args: { artifact: { text: 'x' } } },
      ],
    },
    code: 'op_and_edge',
    says: /do one of the two/,
  },
  'an op that is not allowed here': {
    reply: edge('write_file', { path: 'a', content: 'b' }),
    code: 'unknown_op',
    says: /"write_file"/,
  },
  'an op with wrong arguments': {
    reply: edge('read_file', { file: 'a' }),
    code: 'op_arguments',
    says: /lacks the field "path"/,
  },
  'a text 100,000 deep': {
    reply: edge('finish', `{"artifact":${deep(100_000)}}`),
    code: 'too_deep',
    says: /deeper than 64/,
  },
  'arguments as deep as may be that do not fit': {
    reply: finish(nested(56)),
    code: 'artifact_schema',
    says: /must be object/,
  },
  'a key called __proto__': {
    reply: edge('finish', '{"artifact":{"__proto__":{"text":"x"}}}'),
    code: 'unknown_key',
    says: /__proto__/,
  },
  'a refusal': { reply: { text: 'I will not.', ended: 'refusal' }, code: 'refusal', says: /refused/ },
  'an answer cut off': {
    reply: { ...edge('finish', '{"artifact":{"te'), ended: 'length' },
    code: 'cut_off',
    says: /cut off/,
  },
};

const control = (type: string, next: string | null, rest: object = {}) => ({
  control: { type, next_phase: next, confidence: null, reason: null },
  artifact: { type: 'note', data: { text: 'x' } },
  ops: [],
  ...rest,
});
const json = (value: unknown) => ({ text: JSON.stringify(value) });

const JSON_REPLIES: Readonly<Record<string, Case>> = {
  'a number': { reply: json(5), code: 'not_an_object', says: /a number/ },
  'a list': { reply: json([control('finish', null)]), code: 'not_an_object', says: /a list/ },
  null: { reply: json(null), code: 'not_an_object', says: /null/ },
  nothing: { reply: { text: ' ' }, code: 'empty', says: /empty/ },
  prose: { reply: { text: 'We are done.' }, code: 'not_json', says: /not JSON/ },
  'two fenced blocks': {
    reply: { text: '```json\n{"a": 1}\n```\nor\n```json\n{"a": 2}\n```' },
    code: 'two_decisions',
    says: /2 blocks/,
  },
  'the same key twice': {
    reply: { text: '{"control": null, "control": {"type": "abort"}}' },
    code: 'not_json',
    says: /twice/,
  },
  'an edge to itself': { reply: json(control('transition', 'start')), code: 'unknown_edge', says: /"start"/ },
  'an edge to end': { reply: json(control('transition', 'end')), code: 'unknown_edge', says: /"end"/ },
  'an edge to abort': { reply: json(control('transition', 'abort')), code: 'unknown_edge', says: /"abort"/ },
  'an edge to rollback': { reply: json(control('transition', 'rollback')), code: 'unknown_edge', says: /"rollback"/ },
  'a control called rollback': { reply: json(control('rollback', null)), code: 'unknown_edge', says: /"rollback"/ },
  'an unknown key': { reply: json(control('finish', null, { more: 1 })), code: 'unknown_key', says: /"more"/ },
  'the right edge with the wrong type': {
    reply: json(control('finish', null, { artifact: { type: 'job', data: { text: 'x', size: 1 } } })),
    code: 'artifact_type',
    says: /note, not job/,
  },
  'a union edge with a type it does not take': {
    reply: json(control('transition', 'other', { artifact: { type: 'order', data: {} } })),
    code: 'artifact_type',
    says: /note or job, not order/,
  },
  'a type that says what the data is not': {
    reply: json(control('transition', 'other', { artifact: { type: 'job', data: { text: 'x' } } })),
    code: 'artifact_schema',
    says: /does not fit job/,
  },
  'an op and an edge': {
    reply: json(control('finish', null, { ops: [{ kind: 'read_file', args: { path: 'in/a' } }] })),
    code: 'op_and_edge',
    says: /do one of the two/,
  },
  'a confidence of 2': {
    reply: json({
      ...control('finish', null),
      control: { type: 'finish', next_phase: null, confidence: 2, reason: null },
    }),
    code: 'confidence',
    says: /from 0 to 1/,
  },
  'a text 100,000 deep': { reply: { text: deep(100_000) }, code: 'too_deep', says: /deeper than 64/ },
};

const ACCEPTED: Readonly<Record<'tools' | 'json', Readonly<Record<string, object>>>> = {
  tools: {
    'an artifact with a field called type': finish({ text: 'x', type: 'finish' }),
    'an edge where carry fills everything, without an artifact': edge('to_copy', {}),
    'null for what need not be given': edge('finish', { artifact: { text: 'x' }, reason: null, confidence: null }),
    'prose beside a call': { ...finish({ text: 'x' }), text: 'Here it is.' },
  },
  json: {
    'an artifact with a field called type': json(
      control('finish', null, { artifact: { type: 'note', data: { text: 'x', type: 'job' } } }),
    ),
    'a fence and a trailing comma': {
      text: `Here it is:\n\`\`\`json\n${JSON.stringify(control('finish', null)).replace('"x"}', '"x",}')}\n\`\`\``,
    },
  },
};

type Encoding = keyof typeof ACCEPTED;
const ENCODINGS: readonly [Encoding, Readonly<Record<string, Case>>][] = [
  ['tools', TOOLS],
  ['json', JSON_REPLIES],
];

describe.each(ENCODINGS)('a reply in the encoding %s', (encoding, cases) => {
  const rules: Rule[] = [
    LATER,
    ...Object.entries(cases).map(([name, { reply }]) => ({
      match: { attempt: 1, input: { text: name } },
      turn: reply,
    })),
    ...Object.values(cases)
      .slice(0, 1)
      .map(({ reply }) => ({ match: { input: { text: 'always' } }, turn: reply })),
    ...Object.entries(ACCEPTED[encoding]).map(([name, reply]) => ({ match: { input: { text: name } }, turn: reply })),
    { turn: GOOD },
  ];
  let project: Awaited<ReturnType<typeof openProject>>;
  beforeAll(async () => {
    const models = `models: { scripted: { provider: scripted, encoding: ${encoding} } }`;
    project = await openProject({ config: [models], skills: { demo: { md: SKILL, rules } } });
  });
  afterAll(() => project.remove());

  it.each(Object.entries(cases))(
    'that is %s breaks the contract, and the next attempt may succeed',
    async (name, expected) => {
      const { run, status, exit, reason } = await project.run('demo', name);
      expect([reason, status, exit]).toEqual([undefined, 'finished', 0]);
      const [error, ...more] = ofType(project.events(run), 'validation_error');
      expect(error?.data.violation).toMatchObject({
        code: expected.code,
        message: expect.stringMatching(expected.says),
      });
      expect(more).toEqual([]);
      const [, second] = framesOf(recorded(project, 'demo', run));
      expect(second?.frame.user.at(-1)?.text).toBe(`1. ${expected.code}: ${error?.data.violation.message}`);
      expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
    },
  );

  it.each(Object.keys(ACCEPTED[encoding]))('that is %s keeps it', async (name) => {
    const { run, status } = await project.run('demo', name);
    expect(project.types(run)).not.toContain('validation_error');
    expect(status).toBe('finished');
    expect(await project.reyn.replay(run)).toMatchObject({ identical: true });
  });

  it('that breaks it time and again ends the run, and the last event says why', async () => {
    const outcome = await project.run('demo', 'always');
    expect(outcome).toMatchObject({ status: 'failed', exit: 1, reason: { code: 'contract', phase: 'start' } });
    expect(project.types(outcome.run)).toEqual([
      'run_skill_started',
      'validation_error',
      'validation_error',
      'validation_error',
      'run_failed',
    ]);
    const [end] = ofType(project.events(outcome.run), 'run_failed');
    expect(end?.data.message).toMatch(/start gave 3 replies in a row that break the contract; the last: .*a number/);
    expect(outcome.spent.turns).toBe(3);
    expect(await project.reyn.replay(outcome.run)).toMatchObject({ identical: true });
  });
});

/** An act turn and a decision that keep the contract in the phase `do`. */
const GOOD_REPLIES: Readonly<Record<Encoding, readonly Reply[]>> = {
  tools: [
    { calls: [{ name: 'ask_user', args: { question: 'Why?' } }], text: '', finish: 'tools' },
    { calls: [{ name: 'finish', args: { artifact: { text: 'x' } } }], text: '', finish: 'tools' },
  ],
  json: [
    { ops: [{ kind: 'ask_user', args: { question: 'Why?' } }] },
    { control: { type: 'finish' }, artifact: { type: 'note', data: { text: 'x' } } },
  ].map((said) => ({ calls: [], text: JSON.stringify(said), finish: 'stop' })),
};

/** A violation of a known code; or ops that are offered; or an edge with an artifact that fits. */
function holds(judged: Judgement, { skill, frame }: Pick<ContractView, 'skill' | 'frame'>): void {
  if (!judged.ok) {
    expect(VIOLATION_CODES).toContain(judged.violation.code);
  } else if (judged.accepted.kind === 'act') {
    const kinds = judged.accepted.ops.map(({ kind }) => kind);
    expect(frame.ops.map(({ kind }) => kind)).toEqual(expect.arrayContaining(kinds));
  } else {
    const { choice, artifact } = judged.accepted;
    const type = skill.artifacts[choice.candidate.type ?? ''];
    if (type === undefined) expect(choice.candidate.kind).toBe('abort');
    else expect(compileSchema(type.schema)(artifact)).toEqual([]);
  }
}

describe('the judgement', () => {
  /** What a reply to the first turn of the phase `do` of the full run is judged in. */
  async function viewOf(encoding: Encoding) {
    const { skill, events } = await fullRun();
    const at = events.findIndex(({ type }) => type === 'validation_error');
    const state = foldAll(events.slice(0, at));
    const due = next(state, skill, reads).find((action) => action.do === 'turn');
    if (due === undefined) throw new Error('a turn is due');
    return { skill, state, input: due.input, encoding, ...frameNow(skill, OPS, state, due) };
  }

  it('of a reply of any depth is a violation and never an exception', async () => {
    const view = await viewOf('tools');
    let artifact: unknown = 1;
    for (let level = 0; level < 100_000; level++) artifact = level % 2 === 0 ? [artifact] : { artifact };
    for (const name of ['finish', 'read_file', 'anything']) {
      const reply = { calls: [{ name, args: { artifact } }], text: '', finish: 'tools' } as const;
      expect(judge(reply, view)).toMatchObject({ ok: false, violation: { code: 'too_deep' } });
    }
  });

  it.each(['tools', 'json'] as const)(
    'of any reply in %s is a known violation or what the contract allows',
    async (encoding) => {
      const view = await viewOf(encoding);
      const text = fc.constantFrom(
        'note',
        'job',
        'finish',
        'abort',
        'transition',
        'again',
        'do',
        'end',
        'x',
        '__proto__',
      );
      const artifact = fc.oneof(fc.record({ text: fc.oneof(text, fc.jsonValue()) }), fc.jsonValue());
      const name = fc.constantFrom(
        'finish',
        'abort',
        'to_again',
        'read_file',
        'ask_user',
        'run_skill',
        'end',
        'toString',
        '',
      );
      const args = fc.oneof(
        fc.record(
          { artifact, reason: fc.oneof(text, fc.jsonValue()), confidence: fc.oneof(fc.double(), fc.jsonValue()) },
          { requiredKeys: [] },
        ),
        fc.record({ path: text, question: text }, { requiredKeys: [] }),
        fc.jsonValue(),
        fc.string(),
      );
      const control = fc.record(
        { type: text, next_phase: fc.option(text), reason: fc.option(text), confidence: fc.option(fc.double()) },
        { requiredKeys: [] },
      );
      const ops = fc.array(fc.record({ kind: name, args }), { maxLength: 2 });
      const said = fc.oneof(
        fc.record(
          { control: fc.option(control), artifact: fc.option(fc.record({ type: text, data: artifact })), ops },
          { requiredKeys: [] },
        ),
        fc.jsonValue(),
      );
      const reply = fc.record({
        calls: encoding === 'tools' ? fc.array(fc.record({ name, args }), { maxLength: 3 }) : fc.constant([]),
        text:
          encoding === 'tools'
            ? fc.string()
            : fc.oneof(
                said.map((value) => JSON.stringify(value)),
                fc.string(),
              ),
        finish: fc.constantFrom('stop', 'tools', 'other'),
      });
      const accepted = new Set<string>();
      fc.assert(
        fc.property(reply, (given) => {
          const judged = judge(given, view);
          if (judged.ok) accepted.add(judged.accepted.kind);
          holds(judged, view);
        }),
        { numRuns: 1000, examples: GOOD_REPLIES[encoding].map((good) => [good]) },
      );
      expect([...accepted].sort()).toEqual(['act', 'decide']);
    },
  );
});

describe('a violation', () => {
  let project: Awaited<ReturnType<typeof openProject>>;
  const long = 'x'.repeat(200_000);
  beforeAll(async () => {
    project = await openProject({
      skills: {
        demo: {
          md: SKILL,
          rules: [
            LATER,
            { match: { attempt: 1, input: { text: 'name' } }, turn: finish({ text: 'x', [long]: 1 }) },
            {
              match: { attempt: 1, input: { text: 'guard' } },
              turn: edge('to_buy', { artifact: { count: 10 ** 300 } }),
            },
            { turn: GOOD },
          ],
        },
      },
    });
  });
  afterAll(() => project.remove());

  it.each(['name', 'guard'])('quotes little of a reply that is long (%s)', async (name) => {
    const { run, status } = await project.run('demo', name);
    expect(status).toBe('finished');
    const [error] = ofType(project.events(run), 'validation_error');
    expect(JSON.stringify(error?.data.violation).length).toBeLessThan(3000);
    const [, second] = framesOf(recorded(project, 'demo', run));
    expect(JSON.stringify(second?.frame.user).length).toBeLessThan(6000);
  });

  it('of one turn does not count for the next', async () => {
    project.skill('demo', {
      rules: [
        { match: { phase: 'start', attempt: { maximum: 2 } }, turn: { text: 'no' } },
        { match: { phase: 'start' }, turn: { to: 'other', type: 'note', artifact: { text: 'x' } } },
        { match: { attempt: { maximum: 2 } }, turn: { text: 'no' } },
        { turn: GOOD },
      ],
    });
    const { run, status } = await project.run('demo', 'x');
    expect(status).toBe('finished');
    expect(ofType(project.events(run), 'validation_error').map(({ step }) => step)).toEqual([
      '1/t1',
      '1/t1.2',
      '2/t1',
      '2/t1.2',
    ]);
  });

  it('is told as often as config allows repairs', async () => {
    project.skill('demo', { rules: [{ turn: { text: 'no' } }] });
    const { run } = await project.run('demo', 'x', { limits: { max_repairs: 0 } });
    expect(project.types(run)).toEqual(['run_skill_started', 'validation_error', 'run_failed']);
  });
});
