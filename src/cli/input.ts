import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../os/errors.ts';
import { parseJson } from '../os/json.ts';
import type { RunInput } from '../os/runs/input.ts';
import type { Io } from './io.ts';

const MAX_BYTES = 16 * 1024 * 1024;

/**
 * The input of a run from the command line: text, JSON, `@file`, or `-` for stdin. What begins with `{` or `[` is JSON;
 * everything else is text. `@@…` is text that begins with `@`.
 * @throws UserError `usage` without input, `input` for JSON that does not parse or too much of it.
 */
export async function readInput(argument: string | undefined, io: Io): Promise<RunInput> {
  if (argument === undefined) {
    throw new UserError('usage', 'There is no input to run the skill on.', {
      hint: 'Give text, JSON, @file, or - to read stdin: reyn run my_skill "Please …"',
    });
  }
  if (argument === '-') return inputOf(await readAll(io.stdin.open()), 'stdin');
  if (argument.startsWith('@@')) return inputOf(argument.slice(1), 'the input');
  if (argument.startsWith('@')) return inputOf(readInputFile(argument.slice(1), io), argument.slice(1));
  return inputOf(argument, 'the input');
}

/** The file an `@file` argument names, absolute. */
export function inputFileOf(argument: string | undefined, io: Io): string | undefined {
  return argument?.startsWith('@') === true && !argument.startsWith('@@')
    ? resolve(io.cwd, argument.slice(1))
    : undefined;
}

function inputOf(text: string, from: string): RunInput {
  if (!/^\s*[[{]/.test(text)) return { text };
  const parsed = parseJson(text);
  if (parsed.ok) return { value: parsed.value };
  throw new UserError('input', `${from} begins like JSON and is not: ${parsed.message}.`, {
    hint: 'Mend it, or send it as text: {"text": "…"}',
  });
}

function readInputFile(name: string, io: Io): string {
  const file = resolve(io.cwd, name);
  try {
    const bytes = readFileSync(file);
    if (bytes.length > MAX_BYTES) throw tooLarge(name);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const why = error instanceof TypeError ? 'it is not text in UTF-8' : (error as Error).message;
    throw new UserError('input', `The input file cannot be read: ${why}.`, {
      where: { file },
      hint: 'Write @@… for text that begins with @.',
      cause: error,
    });
  }
}

/** All of stdin as text. @throws UserError `input` for too much of it. */
export async function readText(io: Io): Promise<string> {
  return readAll(io.stdin.open());
}

async function readAll(stdin: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    const buffer = Buffer.from(chunk as Buffer | string);
    bytes += buffer.length;
    if (bytes > MAX_BYTES) throw tooLarge('stdin');
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(from: string): UserError {
  return new UserError('input', `${from} holds more than ${MAX_BYTES / 1024 / 1024} MB.`, {
    hint: 'Put it into the project and let the skill read the file.',
  });
}
