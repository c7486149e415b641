import Type from 'typebox';
import { isObject, type Json, type JsonObject } from '../../os/json.ts';
import { oneOf } from '../../os/suggest.ts';
import type { KeyPath } from '../../os/yaml-places.ts';
import { type Check, SCORERS, type ScorerKind } from './case.ts';
import { type Complain, fitsForm } from './flaw.ts';
import { SCORERS_BY_KIND } from './scorers/list.ts';
import type { Known, Scorer } from './scorers/scorer.ts';

/**
 * A check as people write it: a mapping with the name of one scorer, whose value is its arguments, or a value that
 * stands for them; beside it, where wanted, what every check may have.
 *
 *     { contains: { all: [Berlin] }, required: true, text: Names the city }
 */
export const CHECK_KEYS = {
  id: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: 'Unique in the case; its place if absent.' }),
  ),
  phase: Type.Optional(
    Type.String({ minLength: 1, description: 'Phase whose last artifact is looked at; the result if absent.' }),
  ),
  required: Type.Optional(
    Type.Boolean({ description: 'Whether a miss makes the score of the case 0; true if absent.' }),
  ),
  text: Type.Optional(Type.String({ minLength: 1, description: 'What is checked, as a person says it.' })),
  pass: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1, description: 'From this score on it holds.' })),
};

const COMMON = Type.Object(CHECK_KEYS, { additionalProperties: false });

/** What a check has from where it stands. */
export type CheckSite = {
  readonly id: string;
  readonly of: Check['of'];
  readonly required: boolean;
  readonly text?: string;
  readonly known: Known;
};

/** Reads one check. @returns `undefined` after a complaint. */
export function readCheck(value: Json, path: KeyPath, site: CheckSite, tell: Complain): Check | undefined {
  const complain: Complain = (rest, message, fix) => tell([...path, ...rest], message, fix);
  const named = scorerOf(value, complain);
  if (named === undefined) return undefined;
  const { scorer, given } = named;
  const { [scorer.kind]: _, ...rest } = value as JsonObject;
  if (!fitsForm(COMMON, rest, complain)) return undefined;
  const whole = isObject(given) ? (given as JsonObject) : scorer.short?.(given);
  if (whole === undefined) {
    complain([scorer.kind], `${scorer.kind} needs arguments, by name.`, `Write e.g. \`${scorer.example}\`.`);
    return undefined;
  }
  // `pass` is about the check, and may stand with the arguments
  const { pass: inside, ...args } = whole;
  const pass = rest.pass ?? inside;
  const inArgs: Complain = (at, message, fix) => complain([scorer.kind, ...at], message, fix);
  if (!fitsForm(scorer.args, args, inArgs)) return undefined;
  if (!fitsForm(COMMON, pass === undefined ? {} : { pass }, inArgs)) return undefined;
  const flaw = scorer.flaw?.(args, site.known);
  if (flaw !== undefined) {
    inArgs([], `${flaw.charAt(0).toUpperCase()}${flaw.slice(1)}.`, `Write e.g. \`${scorer.example}\`.`);
    return undefined;
  }
  const text = (rest.text as string | undefined) ?? site.text ?? described(scorer, args);
  return {
    id: (rest.id as string | undefined) ?? site.id,
    scorer: scorer.kind,
    of: typeof rest.phase === 'string' ? { at: 'phase', phase: rest.phase } : site.of,
    required: (rest.required as boolean | undefined) ?? site.required,
    text,
    args,
    ...(pass === undefined ? {} : { pass: pass as number }),
  };
}

type Named = { readonly scorer: Scorer; readonly given: Json };

function scorerOf(value: Json, complain: Complain): Named | undefined {
  const keys = isObject(value) ? Object.keys(value) : [];
  const [first, second] = keys.filter((key): key is ScorerKind => (SCORERS as readonly string[]).includes(key));
  if (first !== undefined && second === undefined) {
    return { scorer: SCORERS_BY_KIND[first], given: (value as JsonObject)[first] as Json };
  }
  if (second !== undefined) {
    complain([second], `This check has two scorers, ${first} and ${second}.`, 'Make two checks of it.');
    return undefined;
  }
  const wrong = keys.find((key) => !Object.hasOwn(CHECK_KEYS, key));
  if (wrong === undefined) complain([], 'This check names no scorer.', `Name one of ${SCORERS.join(', ')}.`);
  else complain([wrong], `There is no scorer "${wrong}".`, `Write ${oneOf(wrong, SCORERS)}.`);
  return undefined;
}

function described(scorer: Scorer, args: JsonObject): string {
  const rubric = args.rubric;
  return scorer.asks && typeof rubric === 'string' ? rubric : `${scorer.kind} ${JSON.stringify(args)}`;
}

/** The check as {@link readCheck} reads it. */
export function writeCheck({ id, scorer, of, required, text, args, pass }: Check): JsonObject {
  return {
    id,
    [scorer]: args,
    ...(of.at === 'phase' ? { phase: of.phase } : {}),
    required,
    text,
    ...(pass === undefined ? {} : { pass }),
  };
}
