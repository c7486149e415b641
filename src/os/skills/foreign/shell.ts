import { isObject, type Json } from '../../json.ts';
import { member, type Part, pathOf, warn } from '../part.ts';
import type { Sheets } from '../sheets.ts';
import { type Change, GONE } from './change.ts';

/** A line that is nothing but words: no quote, variable, pattern, pipe, redirection or assignment. */
const WORDS = /^[\w@%+:,./-][\w@%+=:,./-]*(?: +[\w@%+=:,./-]+)*$/;

/** What a shell does itself when a line begins with it. */
const OWN =
  /^(?:\.|:|alias|break|case|cd|command|continue|eval|exec|exit|export|for|if|local|read|return|set|shift|source|times|trap|type|ulimit|umask|unalias|unset|until|wait|while)$/;

/** The words of a line that means the same without a shell. */
function plainWords(line: string): readonly string[] | undefined {
  const words = line.trim().split(/ +/);
  const [program = ''] = words;
  return WORDS.test(line.trim()) && !OWN.test(program) && !program.includes('=') ? words : undefined;
}

/** A shell line as program and arguments: its words, or a shell that is given the line. */
export function argvOf(line: string): readonly string[] {
  return plainWords(line) ?? ['sh', '-c', line];
}

/** The lines that steps of the original have a shell run. */
export function shellLines({ skill, phases }: Sheets): readonly string[] {
  const lists = [...phases.values()].map(({ keys }) => member(keys, 'preprocessor').value);
  const after = skill === undefined ? undefined : member(member(skill.keys, 'postprocessor'), 'steps').value;
  const steps = [...lists, after].flatMap((list) => (Array.isArray(list) ? list : []));
  return [...new Set(steps.flatMap((step) => lineOf(step) ?? lineOf(isObject(step) ? step.apply : undefined) ?? []))];
}

function lineOf(step: unknown): string | undefined {
  if (!isObject(step) || step.type !== 'run_op' || !isObject(step.op) || step.op.kind !== 'shell') return undefined;
  return typeof step.op.cmd === 'string' ? step.op.cmd : undefined;
}

/**
 * `permissions.shell` as `exec`. `true` is read as the very commands of the skill's steps; a list of commands as it
 * stands, `*` at the end being any arguments. What else a shell could do is not granted.
 */
export function modernShell(permissions: Part, lines: readonly string[]): Record<string, Change> {
  const shell = member(permissions, 'shell');
  const { value } = shell;
  if (value === undefined) return {};
  const texts = typeof value === 'string' ? [value] : Array.isArray(value) ? value : [];
  const asWritten = texts.map((text) => (typeof text === 'string' ? patternOf(text) : undefined));
  const granted = value === true ? lines.map(argvOf) : asWritten.flatMap((pattern) => (pattern ? [pattern] : []));
  if (granted.length === 0 || granted.length < texts.length) {
    const some = granted.length === 0 ? '"shell" grants nothing here' : 'a part of "shell" grants nothing here';
    const fix = value === false ? 'Delete it.' : 'Write "exec" with the argument lists that may run.';
    warn(shell, 'foreign/lost-permission', some, fix);
  }
  if (granted.length === 0) return { shell: GONE };
  const spelled = `exec: ${JSON.stringify(granted)}`;
  const what = value === true ? 'the commands of the steps' : 'these commands';
  warn(shell, 'foreign/permission', `"shell" is read as ${what}`, `Write "${spelled}".`);
  const { value: before } = member(permissions, 'exec');
  const known: readonly Json[] = Array.isArray(before) ? before : [];
  const moves = granted.map((_, index) => ({
    at: [...pathOf(permissions), 'exec', known.length + index],
    from: pathOf(shell),
  }));
  return { shell: GONE, exec: { value: [...known, ...granted.map((words) => [...words])], moves } };
}

function patternOf(text: string): readonly string[] | undefined {
  const [, line = '', open] = /^(.*?)( +\*+)?$/s.exec(text.trim()) ?? [];
  const words = plainWords(line);
  return words && (open === undefined ? words : [...words, '**']);
}
