import { isObject, type Json } from '../../json.ts';
import { member, type Part, pathOf, warn } from '../part.ts';
import { DEFAULT_ITEM } from '../steps/iterate.ts';
import { type Change, changeKeys, draftList } from './change.ts';
import { isInEnvelope, outOfEnvelope } from './envelope.ts';
import { type Files, foreignModule, modernPythonStep } from './python.ts';
import { modernRunOp } from './run-op.ts';

/**
 * A list of steps. One that holds a `run_op`, or calls Python as the original does, is the original's: in it paths may
 * begin in the envelope. In any other list a path means what it says.
 */
export function modernSteps(part: Part, enveloped: boolean, files: Files): Change | undefined {
  const { value } = part;
  if (!Array.isArray(value)) return undefined;
  const isForeign = (step: Json) => isRunOp(step) || isRunOp(applied(step)) || foreignModule(step, files) !== undefined;
  if (!value.some(isForeign)) return undefined;
  if (enveloped) warnEnvelope(part);
  const draft = draftList(part);
  for (const [index, step] of value.entries()) {
    const old = member(part, index);
    const module = foreignModule(step, files);
    const whole = module === undefined ? changeStep(old, step, enveloped) : modernPythonStep(old, module);
    if (whole === undefined) continue; // it was reported, so there is no skill
    const prefix = pathOf(old).length;
    draft.add(enveloped ? openPaths(whole.value ?? step) : (whole.value ?? step), index, (at) =>
      whole.moves.map((move) => ({ at: [...at, ...move.at.slice(prefix)], from: move.from })),
    );
  }
  return draft.change();
}

function changeStep(old: Part, step: Json, drop: boolean): Change | undefined {
  if (isRunOp(step)) return modernRunOp(old, { enveloped: drop });
  if (!isRunOp(applied(step))) return { value: step, moves: [] };
  const as = member(old, 'as').value;
  const item = typeof as === 'string' ? as : DEFAULT_ITEM;
  const inner = modernRunOp(member(old, 'apply'), { enveloped: drop, item });
  return inner && changeKeys(old, { apply: inner });
}

function typeOf(step: Json | undefined): Json | undefined {
  return isObject(step) ? (step.type as Json | undefined) : undefined;
}

function isRunOp(step: Json | undefined): boolean {
  return typeOf(step) === 'run_op';
}

function applied(step: Json): Json | undefined {
  return isObject(step) ? (step.apply as Json | undefined) : undefined;
}

/** Keys of a step whose text is a path in the artifact. */
const PATH_KEYS = ['into', 'over', 'path'];

function openPaths(step: Json): Json {
  if (!isObject(step)) return step;
  const paths = PATH_KEYS.flatMap((key) => {
    const path = step[key];
    return typeof path === 'string' && isInEnvelope(path) ? [[key, outOfEnvelope(path)]] : [];
  });
  return { ...step, ...Object.fromEntries(paths) } as Json;
}

/** Says once for a list what was made of its paths, at the first of them. */
function warnEnvelope(part: Part): void {
  const steps = (part.value as Json[]).map((_, index) => member(part, index));
  const paths = steps.flatMap((step) => {
    const from = member(step, 'args_from');
    const named = isObject(from.value) ? Object.keys(from.value).map((key) => member(from, key)) : [];
    return [...PATH_KEYS.map((key) => member(step, key)), ...named];
  });
  const first = paths.find(({ value }) => typeof value === 'string' && isInEnvelope(value));
  if (first === undefined) return;
  const message = 'paths in these steps begin with "data", the envelope of the original, which is not there';
  const fix = `Write "${outOfEnvelope(first.value as string)}", and the others likewise.`;
  warn(first, 'foreign/envelope', message, fix);
}
