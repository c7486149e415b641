import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Envelope, encodeLine, hashHolds, lastLine, parseLine } from '../../../src/os/events/line.ts';
import { digest } from '../../../src/os/json.ts';

const envelope: Envelope = {
  seq: 7,
  epoch: 2,
  ts: '2026-01-01T00:00:00.000Z',
  type: 'op_finished',
  run: 'run1',
  step: 'a/"1"',
  prev: 'p'.repeat(43),
};

/** Any code units, lone surrogates included. */
const anyText = fc.array(fc.nat(0xffff), { maxLength: 8 }).map((units) => String.fromCharCode(...units));

describe('a line', () => {
  it('has its members in a fixed order, and the digest of the text before its hash', () => {
    const { line, hash } = encodeLine(envelope, '{"result":1}');
    const body = `{"v":1,"seq":7,"epoch":2,"ts":"2026-01-01T00:00:00.000Z","type":"op_finished","run":"run1","step":"a/\\"1\\"","data":{"result":1},"prev":"${'p'.repeat(43)}"`;
    expect(line).toBe(`${body},"hash":"${digest(`${body}}`)}"}\n`);
    expect(hash).toBe(digest(`${body}}`));
  });

  it('leaves out run and step where there are none', () => {
    const { line } = encodeLine({ ...envelope, run: undefined, step: undefined }, '{}');
    expect(Object.keys(JSON.parse(line))).toEqual(['v', 'seq', 'epoch', 'ts', 'type', 'data', 'prev', 'hash']);
  });

  it('holds and comes back as it was for any data', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, fc.oneof(anyText, fc.jsonValue({ maxDepth: 3 }))), (data) => {
        const text = JSON.stringify(data);
        const bytes = Buffer.from(encodeLine(envelope, text).line);
        const end = bytes.length - 1;
        expect(bytes.indexOf(0x0a)).toBe(end);
        expect(hashHolds(bytes, 0, end)).toBe(true);
        expect(parseLine(bytes, 0, end)?.data).toEqual(JSON.parse(text));
      }),
      { numRuns: 30 },
    );
  });

  it('no longer holds when any one byte of it is another', () => {
    const bytes = Buffer.from(encodeLine(envelope, '{"result":"gr\u00fc\u00df \ufffd"}').line);
    const end = bytes.length - 1;
    for (let at = 0; at < end; at++) {
      for (const bit of [1, 0x20, 0x80]) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ bit;
        expect(hashHolds(changed, 0, end), `byte ${at} with bit ${bit}`).toBe(false);
      }
    }
  });

  it('is left as it was by being verified', () => {
    const bytes = Buffer.from(encodeLine(envelope, '{}').line);
    const before = bytes.toString();
    hashHolds(bytes, 0, bytes.length - 1);
    expect(bytes.toString()).toBe(before);
  });
});

describe('lastLine', () => {
  const one = encodeLine(envelope, '{}').line;
  const two = encodeLine({ ...envelope, seq: 8 }, '{}').line;

  it('finds the last line that holds and where it ends', () => {
    expect(lastLine(Buffer.from(one + two))).toMatchObject({ line: { seq: 8 }, end: one.length + two.length });
    expect(lastLine(Buffer.from(one + two.slice(0, -1)))).toMatchObject({ line: { seq: 7 }, end: one.length });
    expect(lastLine(Buffer.from(`${one}{}\n`))).toMatchObject({ line: { seq: 7 }, end: one.length });
  });

  it('finds none where there is none', () => {
    expect(lastLine(Buffer.from(''))).toEqual({ line: undefined, end: 0 });
    expect(lastLine(Buffer.from('\n\n'))).toEqual({ line: undefined, end: 0 });
  });
});
