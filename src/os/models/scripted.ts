import { type Clock, systemClock } from '../clock.ts';
import { UserError } from '../errors.ts';
import { getPath, isObject, type Json, sameJson } from '../json.ts';
import { compileSchema } from '../schema.ts';
import type { Encoding, Frame, Model, Usage } from './port.ts';
import { readScript, type ScriptCondition, type ScriptRule } from './script.ts';
import { replyOf, scopeOf } from './script-reply.ts';

/**
 * A model that answers from a YAML file of rules; it needs no key and no network. The first rule that fits a turn gives
 * the answer, which is then read and judged like any other model's.
 *
 * ```yaml
 * rules:
 *   - match: { phase: draft }
 *     turn: { to: review, artifact: { title: "About ${input.text}", points: [one, two] }, confidence: 0.9 }
 *   - match: { phase: review, visit: 1, input: { points: { minItems: 2 } } }
 *     turn: { ops: [{ kind: read_file, args: { path: notes.md } }] }
 *   - match: { phase: review }
 *     turn: { finish: { verdict: good }, reason: "Nothing is missing." }
 * ```
 *
 * `match` (all of it must hold; absent = any turn): `phase`, `visit`, `turn`, `attempt`, and `input`, dot paths in the
 * phase's input artifact. A value is a literal; an object is a JSON Schema.
 * `turn` is one of `to` (+ `artifact`, `type`), `finish` (its value is the artifact), `abort` (its value is the
 * reason), `ops`, or, for replies that break the contract, `text` or `calls` (+ `ended`). `to` and `finish` take
 * `reason` and `confidence`; every turn takes `usage: {input, output}` and `delay_ms`.
 * Strings may hold `${input.path}`, `${results.0.path}` (results of the ops of this visit, in order), `${visit}`,
 * `${turn}`, `${attempt}`; a string that is one template keeps the type.
 * `times` bounds how often a rule applies within this process; match on `visit` or `turn` where a run may be resumed.
 */
export type ScriptedModel = Model & {
  /** Rules that never applied, e.g. `rule 3 (line 12): phase review, visit 2`. */
  unused(): readonly string[];
};

export type ScriptedOptions = {
  /** Name of the file, for messages. */
  readonly file: string;
  readonly encoding?: Encoding;
  /** Time that `delay_ms` is spent on; the system's when absent. */
  readonly clock?: Clock;
  /** Whether usage counts against limits; false when absent. */
  readonly metered?: boolean;
  readonly maxOutputTokens?: number;
  readonly price?: NonNullable<Model['price']>;
};

/** Rules read before: a thousand runs of one skill share theirs. */
const known = new Map<string, readonly ScriptRule[]>();
const MOST_KNOWN = 32;

function rulesOf(text: string, file: string): readonly ScriptRule[] {
  const key = `${file}\0${text}`;
  const rules = known.get(key) ?? readScript(text, file);
  known.delete(key);
  known.set(key, rules);
  const [oldest] = known.keys();
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  return rules;
}

/**
 * @param text the YAML file's content.
 * @throws UserError `config` when the file is not of this form; from `turn` UserError `model` when no rule fits.
 */
export function scriptedModel(text: string, options: ScriptedOptions): ScriptedModel {
  return rulesModel(rulesOf(text, options.file), options);
}

/** A model that answers by rules which are read already. */
export function rulesModel(rules: readonly ScriptRule[], options: ScriptedOptions): ScriptedModel {
  const { file, encoding = 'tools', clock = systemClock, metered = false, maxOutputTokens = 4096, price } = options;
  const used = new Map<ScriptRule, number>();
  return {
    name: 'scripted',
    encoding,
    metered,
    maxOutputTokens,
    ...(price === undefined ? {} : { price }),
    turn: async (frame, { signal, onText }) => {
      signal.throwIfAborted();
      const rule = rules.find(
        (one) => (used.get(one) ?? 0) < one.times && one.conditions.every((c) => holds(c, frame)),
      );
      if (rule === undefined) throw noRule(rules, used, frame, file);
      used.set(rule, (used.get(rule) ?? 0) + 1);
      const { delay_ms: delay = 0, usage } = rule.turn;
      if (delay > 0) await clock.sleep(delay, signal);
      const reply = replyOf(rule, frame, encoding, file);
      if (reply.text !== '') onText?.(reply.text);
      return { reply, usage: usageOf(usage) };
    },
    unused: () => rules.filter((rule) => !used.has(rule)).map(nameOf),
  };
}

function usageOf(usage: ScriptRule['turn']['usage']): Usage {
  const { input = 0, output = 0, cached } = usage ?? {};
  return cached === undefined ? { input, output } : { input, output, cached };
}

function holds({ segments, schema, wanted }: ScriptCondition, frame: Frame): boolean {
  const value = valueAt(segments, frame);
  if (value === undefined) return false;
  return isObject(wanted) ? compileSchema(schema)(value).length === 0 : sameJson(value as Json, wanted);
}

function valueAt(segments: readonly string[], frame: Frame): unknown {
  return getPath(scopeOf(frame), segments);
}

function nameOf(rule: ScriptRule): string {
  const wanted = rule.conditions.map(({ path, wanted: value }) => `${path} ${JSON.stringify(value)}`).join(', ');
  return `rule ${rule.number} (line ${rule.line}): ${wanted === '' ? 'any turn' : wanted}`;
}

function noRule(
  rules: readonly ScriptRule[],
  used: ReadonlyMap<ScriptRule, number>,
  frame: Frame,
  file: string,
): UserError {
  const { phase, visit, turn, attempt } = frame;
  const ranked = rules
    .map((rule) => ({ rule, misses: rule.conditions.filter((condition) => !holds(condition, frame)) }))
    .map((one) => ({ ...one, hits: one.rule.conditions.length - one.misses.length }))
    .sort((a, b) => b.hits - a.hits || a.misses.length - b.misses.length);
  const [nearest] = ranked;
  const message = `No rule fits phase ${phase}, visit ${visit}, turn ${turn}, attempt ${attempt}.`;
  if (nearest === undefined)
    return new UserError('model', message, { where: { file, phase }, hint: 'The file has no rules.' });
  const { rule, misses } = nearest;
  const why =
    misses.length === 0
      ? `it has applied ${used.get(rule) ?? 0} times, as often as \`times\` allows`
      : misses
          .map(({ path, segments }) => `${path} is ${JSON.stringify(valueAt(segments, frame)) ?? 'absent'}`)
          .join(', ');
  return new UserError('model', message, {
    where: { file, line: rule.line, phase },
    hint: `The nearest is ${nameOf(rule)}; ${why}. Add a rule for this turn.`,
  });
}
