import { UserError } from '../../../os/errors.ts';
import { isObject, type Json, type JsonObject, parseJson } from '../../../os/json.ts';
import { type Imported, idMaker, type Left, made, type NewCase } from './imported.ts';

/** How answers are compared with a target that is a text. */
export const TARGET_SCORERS = ['contains', 'exact', 'judge'] as const;
export type TargetScorer = (typeof TARGET_SCORERS)[number];

const KEYS = ['input', 'target', 'id', 'choices', 'metadata'];
const MAX_CHOICES = 26;

/**
 * Samples of an Inspect data set: JSON lines, or one JSON list. What judges them is in a program there, so it is chosen
 * here. Choices are put below the question by letters, and the letter is expected alone.
 *
 * Format: https://inspect.aisi.org.uk/datasets.html
 * @throws UserError `eval` with the line that is not JSON.
 */
export function readInspect(text: string, file: string, scorer: TargetScorer): Imported {
  const left: Left[] = [];
  const idOf = idMaker();
  const cases = samplesOf(text, file).flatMap((sample, nth) => {
    const named =
      isObject(sample) && ['string', 'number'].includes(typeof sample.id) ? String(sample.id) : `sample ${nth + 1}`;
    const id = idOf(named);
    const tell = (what: Left['what'], name: string, why: string) => void left.push({ case: id, what, name, why });
    const found = isObject(sample) ? caseOf(sample as JsonObject, id, scorer, tell) : 'It is no mapping.';
    if (typeof found !== 'string') return [found];
    tell('case', id, found);
    return [];
  });
  return { cases, files: {}, left };
}

function samplesOf(text: string, file: string): readonly Json[] {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (body.trimStart().startsWith('[')) return parsed(body, file, 1) as Json[];
  return body.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [parsed(line, file, i + 1)]));
}

function parsed(text: string, file: string, line: number): Json {
  const read = parseJson(text);
  if (read.ok) return read.value;
  throw new UserError('eval', `This is not JSON: ${read.message}.`, {
    where: { file, line },
    hint: 'Write one sample as JSON on each line.',
  });
}

type Tell = (what: Left['what'], name: string, why: string) => void;

/** @returns a sentence when it cannot be one. */
function caseOf(sample: JsonObject, id: string, scorer: TargetScorer, tell: Tell): NewCase | string {
  for (const key of ['sandbox', 'files', 'setup']) {
    if (sample[key] !== undefined && sample[key] !== null) return `It needs "${key}", and a case has none.`;
  }
  for (const key of Object.keys(sample).filter((name) => !KEYS.includes(name)))
    tell('setting', key, 'It has no place here.');
  const question = questionOf(sample.input);
  if (question === undefined) return 'Its input is neither a text nor one message of a user.';
  const choices = Array.isArray(sample.choices) ? sample.choices.map(String) : [];
  if (choices.length > MAX_CHOICES) return `It has more than ${MAX_CHOICES} choices.`;
  const targets = (Array.isArray(sample.target) ? sample.target : [sample.target])
    .filter((one) => typeof one === 'string' || typeof one === 'number')
    .map(String)
    .filter((one) => one.trim() !== '');
  if (targets.length === 0) return 'It has no target.';
  const written = choices.length > 0 ? lettered(targets, choices.length) : comparing(targets, scorer);
  if (typeof written === 'string') return written;
  const check = made(written, 'target', []);
  if (typeof check === 'string') return check;
  const options = choices.map((choice, i) => `${letter(i)}) ${choice}`);
  const asked =
    options.length === 0 ? question : [question, '', ...options, '', 'Answer with the letter alone.'].join('\n');
  const [only, ...others] = targets;
  const expected = others.length === 0 ? { expected: only as string } : {};
  return {
    id,
    input: asked,
    ...expected,
    checks: [check],
    tags: tagsOf(sample.metadata, tell),
    mustPass: false,
    weight: 1,
  };
}

const letter = (i: number): string => String.fromCharCode(65 + i);

/** A text, or the text of one message of a user. */
function questionOf(input: Json | undefined): string | undefined {
  if (typeof input === 'string') return input;
  const [message, ...more] = Array.isArray(input) ? input : [];
  if (!isObject(message) || more.length > 0 || message.role !== 'user') return undefined;
  return typeof message.content === 'string' ? message.content : undefined;
}

function lettered(targets: readonly string[], count: number): JsonObject | string {
  const wanted = targets.map((target) => target.trim().toUpperCase());
  const isLetter = (text: string) => text.length === 1 && text >= 'A' && text < letter(count);
  if (!wanted.every(isLetter)) return 'Its target is not a letter of its choices.';
  if (wanted.length > 1) return 'It has several right choices, which cannot be said here.';
  return { regex: { pattern: `^\\W*${wanted[0]}\\W*$`, flags: 'i' }, text: `Chooses ${wanted[0]}.` };
}

function comparing(targets: readonly string[], scorer: TargetScorer): JsonObject | string {
  if (scorer === 'contains')
    return { contains: { any: [...targets], ignore_case: true }, text: 'Has the target in it.' };
  if (scorer === 'judge')
    return {
      judge: { rubric: `Says the same as this, or as one of these:\n${targets.join('\n')}` },
      text: 'Says what the target says.',
    };
  if (targets.length > 1)
    return 'It has several targets, which cannot all be the answer exactly: take `--scorer contains`.';
  return { exact: { value: targets[0] as string }, text: 'Is the target.' };
}

function tagsOf(metadata: Json | undefined, tell: Tell): string[] {
  if (!isObject(metadata)) return [];
  return Object.entries(metadata as JsonObject).flatMap(([key, value]) => {
    const tag = `${key}=${String(value)}`;
    if (['string', 'number', 'boolean'].includes(typeof value) && tag.length <= 100) return [tag];
    tell('setting', `metadata.${key}`, 'Only short words can be tags.');
    return [];
  });
}
