import type { Command } from 'commander';
import type { Reyn } from '../api.ts';
import type { ExitCode } from '../os/errors.ts';
import type { Json } from '../os/json.ts';
import type { Io } from './io.ts';
import type { Screen } from './output.ts';

/** What a command is given. */
export type Cli = {
  readonly io: Io;
  readonly screen: Screen;
  /** Folder the command starts from. */
  readonly start: string;
  /** Root of the project. */
  readonly root: string;
  /** Opens the project; it is closed when the command ends. */
  open(): Promise<Reyn>;
};

/** Adds arguments, options, examples and action to a command that has only its name and summary so far. */
export type Define = (command: Command, act: Act) => void;

/** Wraps what a command does: it gets the opened surroundings and says the exit code. */
export type Act = <A extends readonly unknown[]>(
  run: (cli: Cli, ...args: A) => Promise<ExitCode>,
) => (...args: unknown[]) => Promise<void>;

/** Writes the result: the document with `--json`, else text for a person. */
export function result(cli: Cli, document: unknown, text: () => string): void {
  cli.io.stdout.write(cli.screen.json ? `${JSON.stringify(document as Json, null, 2)}\n` : text());
}

/** Says something to a person, unless they asked for quiet. */
export function tell(cli: Cli, text: string): void {
  if (!cli.screen.quiet) cli.io.stderr.write(`${text}\n`);
}
