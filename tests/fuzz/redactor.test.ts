import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/os/json.ts';
import { openRedactor } from '../../src/os/secrets/redactor.ts';
import { SAMPLES } from '../os/secrets/samples.ts';
import { runs } from './scale.ts';
import { anyJson, anyText } from './text.ts';

/** Values as people store them, none so short or plain that it stands in any text. */
const secret = fc
  .stringMatching(/^[A-Za-z0-9!#$%&()*+,./:;=?@^_~"'\\-]{12,40}$/)
  .filter((value) => new Set(value).size > 7);

/** Forms in which programs pass a value on. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  return [
    ...[value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)],
    ...[bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')],
  ];
}

/** Text around a secret that does not become part of a word with it. */
const around = fc
  .tuple(anyText, fc.constantFrom(' ', '\n', '"', "'", ': ', '=', '\t', '(', '> '))
  .map(([text, gap]) => ({ before: `${text}${gap}`, after: ` ${text}` }));

const pieces = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 });

function inPieces(text: string, sizes: readonly number[]): string[] {
  const parts: string[] = [];
  for (let at = 0, i = 0; at < text.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    parts.push(text.slice(at, at + size));
    at += size;
  }
  return parts;
}

describe('the redactor, whatever the text', () => {
  it('gives a text that it leaves as it is from then on', () => {
    fc.assert(
      fc.property(anyText, fc.option(fc.constantFrom(...SAMPLES)), anyText, (before, sample, after) => {
        const redactor = openRedactor({ known: [] });
        const planted = sample?.context.replace('{v}', () => sample.value) ?? '';
        const once = redactor.text(`${before}\n${planted}\n${after}`);
        expect(redactor.text(once)).toBe(once);
        expect(openRedactor({ known: [] }).text(`${before}\n${planted}\n${after}`)).toBe(once);
      }),
      { numRuns: runs(300) },
    );
  });

  it('leaves nothing of a value that is known, in any form, wherever it stands and however it comes', () => {
    fc.assert(
      fc.property(secret, around, pieces, (value, { before, after }, sizes) => {
        const redactor = openRedactor({ known: [{ name: 'MINE', value }] });
        for (const form of formsOf(value)) {
          const text = before + form + after;
          expect(redactor.text(text), form).not.toContain(form);
          const stream = redactor.stream();
          const streamed = inPieces(text, sizes).map((piece) => stream.push(piece));
          expect([...streamed, stream.end()].join(''), `${form} in pieces`).not.toContain(form);
        }
      }),
      { numRuns: runs(150) },
    );
  });

  it('leaves nothing of what tells by itself that it is secret, whole or in pieces', () => {
    const line = fc.tuple(fc.constantFrom(...SAMPLES), fc.stringMatching(/^[a-z ,.]{0,40}$/), pieces);
    fc.assert(
      fc.property(line, ([{ kind, value, context }, words, sizes]) => {
        const text = `${words}\n${context.replace('{v}', () => value)}\n${words}\n`;
        const redactor = openRedactor({ known: [] });
        expect(redactor.text(text), kind).not.toContain(value);
        const stream = redactor.stream();
        const streamed = inPieces(text, sizes).map((piece) => stream.push(piece));
        expect([...streamed, stream.end()].join(''), kind).not.toContain(value);
      }),
      { numRuns: runs(300) },
    );
  });

  it('keeps the shape of a value, and the very same one where there is nothing to take out', () => {
    const shape = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shape);
      return typeof value === 'object' && value !== null ? Object.values(value).map(shape) : typeof value;
    };
    fc.assert(
      fc.property(anyJson, secret, (given, value) => {
        const json = given as Json;
        const redactor = openRedactor({ known: [{ name: 'MINE', value }] });
        const plain = redactor.value(json);
        if (JSON.stringify(plain) === JSON.stringify(json)) expect(plain).toBe(json);
        const out = redactor.value([json, { [value]: `x ${value} y` }, [value]] as Json);
        expect(JSON.stringify(out)).not.toContain(JSON.stringify(value).slice(1, -1));
        expect(shape((out as Json[])[0])).toEqual(shape(json));
      }),
      { numRuns: runs(300) },
    );
  });

  it('answers at once however long and nested it is', { timeout: 20_000 }, () => {
    const redactor = openRedactor({ known: [{ name: 'MINE', value: 'aaaaaaaaab.aaaaaaaac' }] });
    const starts = [
      'a',
      'eyJ',
      '-----BEGIN PRIVATE KEY-----\n',
      'password=',
      'https://u:',
      'sk-',
      '"token": "',
      '=',
      ' -u',
    ];
    for (const piece of [
      ...starts,
      'Bearer ',
      '[secret:',
      '${secret:',
      '\\n',
      'Authorization: ',
      'AKIA',
      '\n',
      '%41',
    ]) {
      const long = piece.repeat(Math.ceil((1 << 16) / piece.length));
      expect(typeof redactor.text(long)).toBe('string');
      const stream = redactor.stream();
      for (const part of inPieces(long, [4096])) stream.push(part);
      expect(typeof stream.end()).toBe('string');
    }
    let deep: Json = 'aaaaaaaaab.aaaaaaaac';
    for (let level = 0; level < 50_000; level++) deep = [deep];
    redactor.value(deep);
  });
});
