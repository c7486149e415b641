import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { isDeeperThan, MAX_DEPTH } from '../../src/os/json.ts';
import { type ContractView, judge } from '../../src/os/kernel/contract.ts';
import { foldAll } from '../../src/os/kernel/fold.ts';
import { next } from '../../src/os/kernel/next.ts';
import { frameNow } from '../../src/os/kernel/turn.ts';
import { type Encoding, type Reply, VIOLATION_CODES } from '../../src/os/models/port.ts';
import { readReplyText, readTolerantJson } from '../../src/os/models/read-json.ts';
import { OPS } from '../../src/os/ops/list.ts';
import { fullRun, reads } from '../os/kernel/logs.ts';
import { runs } from './scale.ts';
import { anyJson, anyText, edited, editsWith } from './text.ts';

const ENCODINGS = ['tools', 'json'] as const satisfies readonly Encoding[];

const GOOD = {
  control: { type: 'finish', next_phase: null, confidence: 0.5, reason: 'it is done' },
  artifact: { type: 'note', data: { text: 'x' } },
  ops: [],
};

/** Replies as they might have been meant, before they are spoilt. */
const meant = fc.constantFrom(
  JSON.stringify(GOOD),
  JSON.stringify({ control: null, artifact: null, ops: [{ kind: 'read_file', args: { path: 'a' } }] }),
  `Here it is:\n\`\`\`json\n${JSON.stringify(GOOD, null, 2)}\n\`\`\`\n`,
  '{"control": {"type": "abort"}}',
  '[{"a": [1, 2, {"b": null}]}, "c",]',
);
const PIECES = ['"', '\\', '{', '}', '[', ']', ',', ':', '```', '\n', '__proto__', '1e999', '\\ud800', '\u0000'];

const text = fc.oneof(
  anyText,
  fc.tuple(meant, editsWith(PIECES)).map(([whole, edits]) => edited(whole, edits)),
  anyJson.map((value) => JSON.stringify(value) ?? ''),
  fc.tuple(fc.constantFrom('[', '{"a":', '[[', '"', '```json\n'), fc.nat(3000)).map(([piece, n]) => piece.repeat(n)),
);

const name = fc.oneof(fc.constantFrom('finish', 'abort', 'to_again', 'read_file', 'ask_user', '__proto__'), anyText);
const args = fc.oneof(anyJson, text, fc.record({ artifact: anyJson, reason: anyJson, confidence: anyJson }));
const reply: fc.Arbitrary<Reply> = fc.record({
  calls: fc.array(fc.record({ name, args }), { maxLength: 3 }),
  text,
  finish: fc.constantFrom('stop', 'tools', 'length', 'refusal', 'other'),
}) as fc.Arbitrary<Reply>;

describe('the reader of replies, whatever a model says', () => {
  let views: Readonly<Record<Encoding, ContractView>>;
  beforeAll(async () => {
    const { skill, events } = await fullRun();
    const at = events.findIndex(({ type }) => type === 'validation_error');
    const state = foldAll(events.slice(0, at));
    const due = next(state, skill, reads).find((action) => action.do === 'turn');
    if (due === undefined) throw new Error('a turn is due');
    const view = { skill, state, input: due.input, ...frameNow(skill, OPS, state, due) };
    views = { tools: { ...view, encoding: 'tools' }, json: { ...view, encoding: 'json' } };
  });

  it.each(ENCODINGS)('takes it or names the violation, in the encoding %s', (encoding) => {
    fc.assert(
      fc.property(reply, (given) => {
        const judged = judge(given, views[encoding]);
        if (judged.ok) return;
        const { code, message, got = '' } = judged.violation;
        expect(VIOLATION_CODES).toContain(code);
        expect(message.length).toBeGreaterThan(0);
        expect(JSON.stringify(judged.violation).length).toBeLessThan(40_000);
        expect(got.length).toBeLessThan(300);
      }),
      { numRuns: runs(500) },
    );
  });

  it('is not changed by what objects have by themselves', () => {
    const before = Object.getOwnPropertyNames(Object.prototype).join();
    fc.assert(
      fc.property(reply, (given) => {
        for (const encoding of ENCODINGS) judge(given, views[encoding]);
        expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
      }),
      { numRuns: runs(100) },
    );
  });

  it('reads a value that is bounded, finite and without surprises, or says why it cannot', () => {
    fc.assert(
      fc.property(text, (given) => {
        const read = readReplyText(given);
        if (!read.ok) {
          expect(read.message.length).toBeGreaterThan(0);
          return;
        }
        const { value } = read;
        expect(isDeeperThan(value, MAX_DEPTH)).toBe(false);
        const again = JSON.stringify(value);
        expect(readTolerantJson(again)).toEqual({ ok: true, value: JSON.parse(again) });
        expect(again).not.toMatch(/"__proto__":/);
      }),
      { numRuns: runs(1000) },
    );
  });

  it('reads every JSON value that any reader takes, unless it repeats a key, is too deep or holds __proto__', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const written = JSON.stringify(value);
        const isRefused = written.includes('"__proto__":');
        const read = readTolerantJson(written);
        expect(read.ok).toBe(!isRefused);
        if (read.ok) expect(JSON.stringify(read.value)).toBe(JSON.stringify(JSON.parse(written)));
      }),
      { numRuns: runs(1000) },
    );
  });

  it('answers at once however long and nested the text is', { timeout: 20_000 }, () => {
    const size = 1 << 17;
    const pieces = ['[', '{"a":', '"\\', '```json\n{', ',', '[],', '{"a":1},', '\\"', '"a",', '```\n', '-1e9,'];
    for (const piece of pieces) {
      const long = piece.repeat(Math.ceil(size / piece.length));
      for (const given of [long, `[${long}`, `[${long}]`, `{"a":[${long}]}`, `x\n\`\`\`json\n${long}`]) {
        const said = { calls: [], text: given, finish: 'stop' } as const;
        expect(typeof judge(said, views.json).ok).toBe('boolean');
        const called = { calls: [{ name: 'finish', args: given }], text: '', finish: 'tools' } as const;
        expect(judge(called, views.tools).ok).toBe(false);
      }
    }
  });
});
