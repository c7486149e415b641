import { describe, expect, it } from 'vitest';
import { simulatedClock, systemClock } from '../../../src/os/clock.ts';
import { UserError } from '../../../src/os/errors.ts';
import { decodeReply } from '../../../src/os/models/decode.ts';
import { openModel } from '../../../src/os/models/open.ts';
import type { Encoding, Frame } from '../../../src/os/models/port.ts';
import { resolveDecision } from '../../../src/os/models/resolve.ts';
import { type ScriptedOptions, scriptedModel } from '../../../src/os/models/scripted.ts';
import { modelConformance } from './conformance.ts';
import { frame } from './frames.ts';

const signal = new AbortController().signal;

function script(yaml: string, options: Partial<ScriptedOptions> = {}) {
  return scriptedModel(yaml, { file: 'evals/scripted.yaml', ...options });
}

async function answer(yaml: string, seen: Frame = frame(), options: Partial<ScriptedOptions> = {}) {
  const model = script(yaml, options);
  const { reply } = await model.turn(seen, { signal, maxOutputTokens: 100 });
  const read = decodeReply(reply, seen, model.encoding);
  return read.ok ? resolveDecision(read.decoded, seen) : { kind: 'violation' as const, violation: read.violation };
}

function rejected(yaml: string): UserError {
  try {
    script(yaml);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

async function unanswered(yaml: string, seen: Frame = frame()): Promise<UserError> {
  const error = await answer(yaml, seen).catch((thrown: unknown) => thrown);
  if (!(error instanceof UserError)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

const DONE = 'rules: [{ turn: { finish: { text: done } } }]';

for (const encoding of ['tools', 'json'] as const) {
  modelConformance(
    `scripted with ${encoding}`,
    () => ({ model: script(DONE, { encoding }) }),
    () => ({
      model: script('rules: [{ turn: { finish: { text: done }, delay_ms: 60000 } }]', { encoding, clock: systemClock }),
    }),
  );
}

describe.each<Encoding>(['tools', 'json'])('a scripted turn in the encoding %s', (encoding) => {
  it.each([
    [
      'to a phase',
      '{ to: review, artifact: { title: Bees, points: [one] }, reason: ready, confidence: 0.9 }',
      {
        kind: 'decide',
        candidate: { id: 'to_review' },
        artifact: { title: 'Bees', points: ['one'] },
        reason: 'ready',
        confidence: 0.9,
      },
    ],
    [
      'to a phase with one of its types',
      '{ to: sort, type: large, artifact: { n: 2.5 } }',
      { candidate: { id: 'to_sort__large' }, artifact: { n: 2.5 } },
    ],
    ['to finish', '{ finish: { text: done } }', { candidate: { id: 'finish' }, artifact: { text: 'done' } }],
    ['to give up', '{ abort: "no way" }', { candidate: { id: 'abort' }, reason: 'no way' }],
    [
      'for ops',
      '{ ops: [{ kind: read_file, args: { path: a } }, { kind: write_file }] }',
      {
        kind: 'act',
        ops: [
          { kind: 'read_file', args: { path: 'a' } },
          { kind: 'write_file', args: {} },
        ],
      },
    ],
    ['to a phase that is not offered', '{ to: nowhere, artifact: {} }', { violation: { code: 'unknown_edge' } }],
    ['with the wrong type', '{ to: sort, type: draft, artifact: {} }', { kind: 'violation' }],
    ['with a confidence out of range', '{ finish: {}, confidence: 2 }', { violation: { code: 'confidence' } }],
    ['for an op that is not offered', '{ ops: [{ kind: launch }] }', { violation: { code: 'unknown_op' } }],
    ['that is refused', '{ text: "I cannot.", ended: refusal }', { violation: { code: 'refusal' } }],
    ['that is cut off', '{ text: "and so", ended: length }', { violation: { code: 'cut_off' } }],
    ['that is prose', '{ text: "I think so." }', { kind: 'violation' }],
  ])('goes through the same reading as a model’s: %s', async (_, turn, expected) => {
    expect(await answer(`rules: [{ turn: ${turn} }]`, frame(), { encoding })).toMatchObject(expected);
  });
});

describe('raw replies', () => {
  it('are sent as written: calls for the tools encoding', async () => {
    const two = 'rules: [{ turn: { calls: [{ name: finish, args: {} }, { name: abort, args: {} }], text: "both" } }]';
    expect(await answer(two)).toMatchObject({ violation: { code: 'two_decisions' } });
    const broken = `rules: [{ turn: { calls: [{ name: finish, args: '{"artifact": ' }] } }]`;
    expect(await answer(broken)).toMatchObject({ violation: { code: 'not_json' } });
  });

  it('are sent as written: text for the json encoding', async () => {
    const yaml =
      'rules:\n  - turn:\n      text: |\n        ```json\n        {"control": {"type": "abort"},}\n        ```\n';
    expect(await answer(yaml, frame(), { encoding: 'json' })).toMatchObject({ candidate: { id: 'abort' } });
  });
});

describe('a rule', () => {
  const rules = `
rules:
  - match: { phase: draft, visit: 1, turn: 1, attempt: 2 }
    turn: { abort: second attempt }
  - match: { phase: draft, input: { text: { pattern: "^b" }, size: { maximum: 3 }, tags.0: a } }
    turn: { abort: fits the input }
  - match: { phase: { enum: [draft, review] }, visit: { minimum: 2 } }
    turn: { abort: later visit }
  - turn: { abort: anything else }
`;

  it.each([
    ['of which every condition holds', {}, 'fits the input'],
    ['that comes first', { attempt: 2 }, 'second attempt'],
    ['whose schema takes the visit', { phase: 'review', visit: 3 }, 'later visit'],
    ['without conditions', { phase: 'other' }, 'anything else'],
    ['but not on an absent path', { input: { type: 't', artifact: {} } }, 'anything else'],
    ['but not on a scalar input', { input: { type: 't', artifact: 5 } }, 'anything else'],
  ])('applies to a turn: %s', async (_, changes, reason) => {
    expect(await answer(rules, frame(changes))).toMatchObject({ reason });
  });

  it('applies as often as it says', async () => {
    const model = script('rules: [{ turn: { abort: first }, times: 2 }, { turn: { abort: then } }]');
    const reasons: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      const { reply } = await model.turn(frame(), { signal, maxOutputTokens: 1 });
      reasons.push(reply.calls[0]?.args);
    }
    expect(reasons).toEqual([{ reason: 'first' }, { reason: 'first' }, { reason: 'then' }, { reason: 'then' }]);
  });

  it('that never applied is named', async () => {
    const model = script(rules);
    await model.turn(frame(), { signal, maxOutputTokens: 1 });
    expect(model.unused()).toEqual([
      'rule 1 (line 3): phase "draft", visit 1, turn 1, attempt 2',
      'rule 3 (line 7): phase {"enum":["draft","review"]}, visit {"minimum":2}',
      'rule 4 (line 9): any turn',
    ]);
  });

  it('that is missing is an error which names the turn and the nearest rule', async () => {
    const error = await unanswered(`
rules:
  - match: { phase: review }
    turn: { abort: no }
  - match: { phase: draft, visit: 2, input: { text: wasps } }
    turn: { abort: no }
`);
    expect(error.code).toBe('model');
    expect(error.message).toBe('No rule fits phase draft, visit 1, turn 1, attempt 1.');
    expect(error.where).toEqual({ file: 'evals/scripted.yaml', line: 5, phase: 'draft' });
    expect(error.hint).toBe(
      'The nearest is rule 2 (line 5): phase "draft", visit 2, input.text "wasps"; visit is 1, input.text is "bees". Add a rule for this turn.',
    );
  });

  it('that is used up is an error which says so', async () => {
    const model = script('rules: [{ turn: { abort: no }, times: 1 }]');
    await model.turn(frame(), { signal, maxOutputTokens: 1 });
    await expect(model.turn(frame(), { signal, maxOutputTokens: 1 })).rejects.toMatchObject({
      hint: expect.stringContaining('applied 1 times'),
    });
  });

  it('in an empty list is an error', async () => {
    expect((await unanswered('rules: []')).message).toContain('No rule fits');
  });
});

describe('templates', () => {
  const filled = async (value: string) => {
    const resolved = await answer(`rules: [{ turn: { finish: ${value} } }]`);
    return resolved.kind === 'decide' ? resolved.artifact : resolved;
  };

  it('put in what the input holds, and keep its type when they stand alone', async () => {
    expect(await filled(`{ text: "About \${input.text}: \${input.size}, \${input.tags}" }`)).toEqual({
      text: 'About bees: 3, ["a","b"]',
    });
    expect(
      await filled(`{ n: "\${input.size}", all: "\${input.tags}", one: "\${input.tags.1}", whole: "\${input}" }`),
    ).toEqual({
      n: 3,
      all: ['a', 'b'],
      one: 'b',
      whole: { text: 'bees', size: 3, tags: ['a', 'b'] },
    });
  });

  it('count visits, turns and attempts', async () => {
    expect(await filled(`{ text: "\${phase} \${visit}/\${turn}/\${attempt}" }`)).toEqual({ text: 'draft 1/1/1' });
  });

  it('leave other dollars alone, and what they put in too', async () => {
    expect(await filled(`{ text: "$5 \${HOME} \${inputs} $\${input.size}" }`)).toEqual({
      text: `$5 \${HOME} \${inputs} $3`,
    });
    const seen = frame({ input: { type: 't', artifact: { text: `\${input.text} $& $1` } } });
    expect(await answer(`rules: [{ turn: { finish: { text: "<\${input.text}>" } } }]`, seen)).toMatchObject({
      artifact: { text: `<\${input.text} $& $1>` },
    });
  });

  it('that point to nothing are an error which names them', async () => {
    const error = await unanswered(`rules: [{ turn: { finish: { text: "\${input.title}" } } }]`);
    expect(error.message).toBe(`Rule 1: "\${input.title}" points to nothing.`);
    expect(error.hint).toContain('"text":"bees"');
    expect((await unanswered(`rules: [{ turn: { finish: { text: "\${input.constructor}" } } }]`)).message).toContain(
      'points to nothing',
    );
  });

  it('do not excuse a union edge from naming its type', async () => {
    expect((await unanswered('rules: [{ turn: { to: sort, artifact: { n: 1 } } }]')).message).toBe(
      'Rule 1: the edge to sort takes small or large.',
    );
  });
});

describe('a file of rules', () => {
  it.each([
    [
      'an unknown key',
      'rules:\n  - mach: { phase: a }\n    turn: { abort: x }\n',
      2,
      'has the unknown field "mach"',
      'Did you mean "match"?',
    ],
    [
      'an unknown key in match',
      'rules:\n  - match:\n      phases: a\n    turn: { abort: x }\n',
      3,
      'has the unknown field "phases"',
      'Did you mean "phase"?',
    ],
    [
      'an unknown key in turn',
      'rules:\n  - turn:\n      abort: x\n      delay: 5\n',
      4,
      'has the unknown field "delay"',
      undefined,
    ],
    ['a wrong type', 'rules:\n  - turn:\n      to: 5\n', 3, 'rules.0.turn.to must be string', undefined],
    ['a rule without a turn', 'rules:\n  - match: { phase: a }\n', 2, 'lacks "turn"', undefined],
    ['a turn that does nothing', 'rules:\n  - turn: { reason: x }\n', 2, 'says nothing to do', undefined],
    ['a turn that does two things', 'rules:\n  - turn: { to: a, abort: x }\n', 2, 'has to and abort', undefined],
    [
      'a key that does not go with the act',
      'rules:\n  - turn:\n      abort: x\n      artifact: {}\n',
      4,
      'does not go with "abort"',
      undefined,
    ],
    [
      'a condition that is no schema',
      'rules:\n  - match:\n      visit: { minimum: many }\n    turn: { abort: x }\n',
      3,
      'is no JSON Schema',
      undefined,
    ],
    ['no rules', 'rule: []\n', 1, 'has the unknown field "rule"', 'Did you mean "rules"?'],
    ['nothing', '# soon\n', 1, 'must be object', undefined],
    ['text that is not YAML', 'rules:\n  - turn: { to: "a\n', 3, 'is not YAML', undefined],
    ['an anchor', 'rules: &all\n  - turn: { abort: x }\n', 1, 'anchors', undefined],
    ['a tag', 'rules:\n  - turn: { abort: !!js/function "x" }\n', 2, 'tags', undefined],
  ])('with %s is refused with file and line', (_, yaml, line, message, hint) => {
    const error = rejected(yaml);
    expect(error.code).toBe('config');
    expect(error.message).toContain(message);
    expect(error.where).toMatchObject({ file: 'evals/scripted.yaml', line });
    if (hint !== undefined) expect(error.hint).toBe(hint);
  });
});

describe('time and tokens', () => {
  it('pass as the rule says', async () => {
    const clock = simulatedClock(0);
    const model = script('rules: [{ turn: { abort: x, delay_ms: 200, usage: { input: 10, output: 5, cached: 2 } } }]', {
      clock,
    });
    const { usage } = await model.turn(frame(), { signal, maxOutputTokens: 1 });
    expect(clock.now()).toBe(200);
    expect(usage).toEqual({ input: 10, output: 5, cached: 2 });
  });

  it('do not count unless asked to', () => {
    expect(script(DONE).metered).toBe(false);
    expect(script(DONE, { metered: true, price: { input: 1, output: 2 } })).toMatchObject({
      metered: true,
      price: { input: 1, output: 2 },
    });
  });
});

describe('opening a scripted model', () => {
  const config = {
    provider: 'scripted',
    encoding: 'json',
    max_output_tokens: 50,
    timeout: 1,
    api_key_env: 'K',
  } as const;

  it('takes encoding and bounds from config', () => {
    const model = openModel('s', config, { env: {}, clock: systemClock, scripted: { text: DONE, file: 'f' } });
    expect(model).toMatchObject({ name: 'scripted', encoding: 'json', metered: false, maxOutputTokens: 50 });
  });

  it('without rules is an error', () => {
    expect(() => openModel('s', config, { env: {}, clock: systemClock })).toThrow(UserError);
  });
});
