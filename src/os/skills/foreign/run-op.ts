import { isObject, type Json, type JsonObject } from '../../json.ts';
import { some } from '../../suggest.ts';
import type { KeyPath } from '../../yaml-places.ts';
import { splitPath } from '../guards.ts';
import { member, membersOf, type Part, pathOf, refuse, textOf, warn, wordOf } from '../part.ts';
import type { Move } from '../report.ts';
import type { Change } from './change.ts';
import { COARSE_OPS, FILE_OPS, type FineOp } from './coarse-ops.ts';
import { outOfEnvelope } from './envelope.ts';
import { argvOf } from './shell.ts';

/** An argument as given: a literal of `op`, or a path of `args_from`, which wins over a literal of that name. */
type Given = { readonly part: Part; readonly value: Json };

/** What paths are in: the envelope of the original, an iteration whose item goes by this name. */
export type Paths = { readonly enveloped: boolean; readonly item?: string };

/**
 * `{type: run_op, op: {kind, …literals}, args_from: {argument: path}}` is a step of type `op` whose arguments hold the
 * literals, and `${input.path}` for each path.
 *
 * @param paths what the paths of `args_from` are in.
 * @returns `undefined` after reporting why it is none.
 */
export function modernRunOp(step: Part, paths: Paths): Change | undefined {
  const op = member(step, 'op');
  if (op.value === undefined)
    return refuse(step, 'format/missing-key', 'the step names no op', 'Add "op" with "kind".');
  if (membersOf(op, 'a mapping of "kind" and arguments') === undefined) return undefined;
  const kind = textOf(member(op, 'kind'));
  if (kind === undefined) {
    if (member(op, 'kind').value === undefined) refuse(op, 'format/missing-key', 'the op has no kind', 'Add "kind".');
    return undefined;
  }
  const fine = fineOp(op, kind);
  const given = argumentsOf(step, op, kind, paths);
  if (fine === undefined || given === undefined) return undefined;
  const base = pathOf(step);
  const args: JsonObject = {};
  const moves: Move[] = [{ at: [...base, 'op'], from: [...pathOf(op), kind === 'file' ? 'op' : 'kind'] }];
  let sound = true;
  for (const [name, { part, value }] of given) {
    const target = fine.args === undefined ? [name] : fine.args[name];
    if (target === undefined) {
      const known = some(Object.keys(fine.args ?? {}));
      const fix = `Delete it, or write the step anew as type op; known here: ${known}.`;
      refuse(part, 'foreign/op-argument', `"${name}" of ${kind} has no counterpart in ${fine.op}`, fix);
      sound = false;
      continue;
    }
    const whole = kind === 'shell' && name === 'cmd' ? commandOf(part, value) : value;
    if (whole === undefined) {
      sound = false;
      continue;
    }
    put(args, target, whole);
    moves.push({ at: [...base, 'args', ...target], from: pathOf(part) });
  }
  if (!sound) return undefined;
  const spelled = JSON.stringify({ type: 'op', op: fine.op, args });
  const fix =
    spelled.length > 300 ? `Write "type: op", "op: ${fine.op}" and "args".` : `Write ${spelled} and the rest.`;
  warn(member(step, 'type'), 'foreign/run-op', 'a step of type "run_op" is one of type "op"', fix);
  const { args_from: _, ...rest } = step.value as JsonObject;
  return { value: { ...rest, type: 'op', op: fine.op, args }, moves };
}

/** A literal shell line as a list of arguments. */
function commandOf(part: Part, value: Json): Json | undefined {
  const isPicked = pathOf(part).includes('args_from');
  if (!isPicked && typeof value === 'string' && value.trim() !== '') return [...argvOf(value)];
  const message = isPicked
    ? 'a line for a shell is not taken from an artifact: whoever writes that would write the command'
    : 'a command is a text';
  const fix = 'Write a step of type op with "sandboxed_exec" and a list of arguments, and put the path into one.';
  return refuse(part, 'foreign/op-argument', message, fix);
}

type Fine = Pick<FineOp, 'op'> & { readonly args: FineOp['args'] | undefined };

function fineOp(op: Part, kind: string): Fine | undefined {
  if (kind === 'file') {
    const part = member(op, 'op');
    if (part.value === undefined) {
      return refuse(
        op,
        'format/missing-key',
        'a file op says what it does',
        `Add "op: ${some(Object.keys(FILE_OPS))}".`,
      );
    }
    const name = wordOf(part, Object.keys(FILE_OPS));
    return name === undefined ? undefined : FILE_OPS[name];
  }
  return Object.hasOwn(COARSE_OPS, kind) ? COARSE_OPS[kind] : { op: kind, args: undefined };
}

function argumentsOf(step: Part, op: Part, kind: string, around: Paths): Map<string, Given> | undefined {
  const given = new Map<string, Given>();
  const from = member(step, 'args_from');
  const paths = from.value === undefined ? [] : membersOf(from, 'a mapping of arguments to paths');
  if (paths === undefined) return undefined;
  const picked = new Set(paths.map(([name]) => name));
  let sound = true;
  for (const [name, part] of membersOf(op) ?? []) {
    if (name === 'kind' || (kind === 'file' && name === 'op') || picked.has(name)) continue;
    if (holdsTemplate(part.value)) {
      const message = 'this text is meant as it stands, but "${" opens a template in a step of type op';
      refuse(part, 'foreign/literal-template', message, 'Pick the value with "args_from", or take the "${" out.');
      sound = false;
    }
    given.set(name, { part, value: part.value ?? null });
  }
  for (const [name, part] of paths) {
    const text = textOf(part, 'Write a dot path in the artifact.');
    const value = text === undefined ? undefined : templateOf(part, text, around);
    if (value === undefined) sound = false;
    else given.set(name, { part, value });
  }
  return sound ? given : undefined;
}

/** `${input.a.b}`: with `input` in front also a path that itself begins with a field called so means the field. */
function templateOf(part: Part, text: string, { enveloped, item }: Paths): string | undefined {
  const iterated = item === undefined ? undefined : inIteration(text, item);
  const path = iterated ?? (enveloped ? outOfEnvelope(text) : text);
  if (item !== undefined && iterated === undefined && [item, INDEX].includes(path.split('.')[0] ?? '')) {
    const message = `in an iteration "${path}" is the item or its place, not a field of the artifact`;
    return refuse(part, 'format/path', message, `Give the item another name with "as", and pick "${text}" anew.`);
  }
  const readable = splitPath(path) !== undefined && !/[${}[\]]/.test(path) && path.length <= MAX_PATH;
  if (path === '.' || readable) return `\${${path === '.' ? 'input' : `input.${path}`}}`;
  return refuse(part, 'format/path', `"${text}" is not a path`, 'Write names joined by dots.');
}

/** Where a branch of an iteration finds its place in the list. */
const INDEX = 'index';

/** `_iter.item.a` is the field `a` of the item, `_iter.index` its place. */
function inIteration(text: string, item: string): string | undefined {
  const [first, second, ...rest] = text.split('.');
  if (first !== '_iter') return undefined;
  if (second === 'item') return [item, ...rest].join('.');
  return second === INDEX && rest.length === 0 ? INDEX : undefined;
}

/** A template holds at most 200 characters. */
const MAX_PATH = 190;

function holdsTemplate(value: Json | undefined): boolean {
  if (typeof value === 'string') return value.includes('${');
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsTemplate);
}

/** Puts a value at a path, making mappings and lists on the way. */
function put(target: JsonObject | Json[], path: KeyPath, value: Json): void {
  const [key = '', ...rest] = path;
  const holder = target as JsonObject;
  if (rest.length === 0) {
    holder[key] = value;
    return;
  }
  const inner = holder[key];
  const next =
    isObject(inner) || Array.isArray(inner) ? (inner as JsonObject | Json[]) : typeof rest[0] === 'number' ? [] : {};
  holder[key] = next;
  put(next, rest, value);
}
