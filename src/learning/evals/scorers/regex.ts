import { createRequire } from 'node:module';
import Type from 'typebox';
import type { JsonObject } from '../../../os/json.ts';
import { AT, absent, NOT, partAt, shown, textOf, yesNo } from './look.ts';
import type { Scorer } from './scorer.ts';

const MAX_PATTERN = 1000;
/** Instructions × characters of one look: about two seconds where the engine finds it hardest. */
const MAX_WORK = 8_000_000;

type Compiled = { test(text: string): boolean; programSize(): number };
type Re2 = { RE2JS: { compile(pattern: string, flags: number): Compiled } & Readonly<Record<string, number>> };

const require = createRequire(import.meta.url);

/** 1 when the pattern is found. Linear in pattern × text, whatever the pattern: RE2 has no look-around or back-reference. */
export const regex: Scorer = {
  kind: 'regex',
  summary: 'Matches a pattern (RE2: no look-around, no back-references) somewhere; `^` and `$` anchor it.',
  args: Type.Object(
    {
      at: AT,
      pattern: Type.String({ minLength: 1, maxLength: MAX_PATTERN }),
      flags: Type.Optional(
        Type.String({
          maxLength: 3,
          description: '`i` ignores capitals, `m` anchors at lines, `s` lets `.` match their ends.',
        }),
      ),
      not: NOT,
    },
    { additionalProperties: false },
  ),
  example: "regex: { pattern: '^\\d{4}-\\d{2}-\\d{2}$', at: date }",
  short: (value) => (typeof value === 'string' ? { pattern: value } : undefined),
  passAt: 1,
  asks: false,
  flaw: (args) => {
    if (!/^[ims]*$/.test((args.flags as string | undefined) ?? '')) return 'flags are of i, m and s';
    try {
      compile(args);
      return undefined;
    } catch (error) {
      return `the pattern cannot be used: ${error instanceof Error ? error.message : String(error)}`;
    }
  },
  score(args, { value }) {
    const at = args.at as string | undefined;
    const seen = partAt(value, at);
    if (seen === undefined) return absent(at);
    const text = textOf(seen);
    const compiled = compile(args);
    if (compiled.programSize() * text.length > MAX_WORK)
      return { score: 0, why: 'the text is too long for this pattern' };
    return yesNo(compiled.test(text), args.not, `${shown(args.pattern)} in ${shown(text)}`);
  },
};

function compile({ pattern, flags = '' }: JsonObject): Compiled {
  const { RE2JS } = require('re2js') as Re2;
  const named = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE, s: RE2JS.DOTALL } as Readonly<Record<string, number>>;
  const bits = [...(flags as string)].reduce((all, flag) => all | (named[flag] ?? 0), 0);
  return RE2JS.compile(pattern as string, bits);
}
