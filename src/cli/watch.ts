import { existsSync, type FSWatcher, readdirSync, watch } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Reyn } from '../api.ts';
import { EXIT, type ExitCode, UserError } from '../os/errors.ts';
import type { RunOutcome } from '../os/runs/outcome.ts';
import { type Cli, tell } from './cli.ts';
import { report } from './errors.ts';
import { paint, plural } from './output.ts';
import { patch } from './render/diff.ts';
import { showFindings } from './render/findings.ts';
import { resultText } from './render/outcome.ts';
import { interruptible } from './signals.ts';

/** An editor may write a file in several steps; what happens within this time is one change. */
const QUIET_MS = 150;

export type Watching = {
  readonly skill: string;
  /** Absolute path of the file the input comes from. */
  readonly inputFile: string | undefined;
  /** Runs once; `show` gets the outcome instead of the result being written. */
  run(show: (outcome: RunOutcome) => Promise<void>): Promise<ExitCode>;
};

/**
 * Runs, and again whenever a file of the skill, a shared one or the input changes, until Ctrl-C. Lint errors are shown
 * instead of running. Folders are watched, not files: an editor that saves by renaming replaces the file.
 * @throws UserError `not_found`, `disk` when the machine cannot watch.
 */
export async function watchRun(cli: Cli, reyn: Reyn, watching: Watching): Promise<ExitCode> {
  const { skill } = watching;
  reyn.skills.lint([skill]); // says so when there is no such skill
  const interruption = interruptible(() => undefined); // from the first to the last moment, runs included
  const changes = openChanges(cli.root, () => placesOf(reyn, watching), interruption.signal);
  let before: string | undefined;
  const show = async (outcome: RunOutcome) => {
    const text = resultText(outcome);
    cli.io.stdout.write(before === undefined ? text : await difference(before, text, cli));
    before = text;
  };
  try {
    for (;;) {
      if ((await once(cli, reyn, watching, show)) === EXIT.interrupted) return EXIT.interrupted;
      tell(cli, paint(cli.screen.color.err).dim(`\nWatching ${skill}; Ctrl-C ends it.`));
      const changed = await changes.next();
      if (changed === undefined) return EXIT.interrupted;
      tell(cli, `${paint(cli.screen.color.err).cyan('changed')} ${named(changed)}`);
    }
  } finally {
    changes.close();
    interruption.stop();
  }
}

async function once(
  cli: Cli,
  reyn: Reyn,
  { skill, run }: Watching,
  show: (outcome: RunOutcome) => Promise<void>,
): Promise<ExitCode> {
  try {
    const errors = reyn.skills.lint([skill]).filter(({ severity }) => severity === 'error');
    if (errors.length === 0) return await run(show);
    const { dir = skill } =
      reyn.skills.list().find(({ name, shadowedBy }) => name === skill && shadowedBy === undefined) ?? {};
    cli.io.stderr.write(showFindings(errors, () => dir, paint(cli.screen.color.err)));
    tell(cli, `${plural(errors.length, 'error')}; it is run when there is none.`);
    return EXIT.usage;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { redactorDespite } = await import('../secrets.ts');
    return report(error, cli.io, cli.screen, redactorDespite({ root: cli.root, env: cli.io.env }));
  }
}

async function difference(before: string, after: string, cli: Cli): Promise<string> {
  if (before === after) {
    tell(cli, 'The result is the same.');
    return '';
  }
  return `${await patch('result', before, after, paint(cli.screen.color.out))}\n`;
}

function named(files: readonly string[]): string {
  const [first = '', second, ...more] = files;
  if (second === undefined) return first;
  return more.length === 0 ? `${first}, ${second}` : `${first}, ${second} and ${plural(more.length, 'other file')}`;
}

/** A folder whose own entries are watched, and which of them count. */
type Place = { readonly folder: string; counts(file: string): boolean };

function placesOf(reyn: Reyn, { skill, inputFile }: Watching): Place[] {
  const found = reyn.skills.list().find(({ name, shadowedBy }) => name === skill && shadowedBy === undefined);
  const dir = resolve(reyn.root, found?.dir ?? join('reyn/project', skill));
  const shared = join(reyn.root, 'reyn/project/shared');
  const inside = (file: string) => !isScratch(file);
  const itself = (file: string) => file === dir || file === shared; // put in place as a whole
  const folders = [dir, shared].flatMap(foldersIn).map((folder) => ({ folder, counts: inside }));
  const above = [...new Set([dirname(dir), dirname(shared)])].map((folder) => ({ folder, counts: itself }));
  const input =
    inputFile === undefined ? [] : [{ folder: dirname(inputFile), counts: (file: string) => file === inputFile }];
  return [...folders, ...above, ...input].filter(({ folder }) => existsSync(folder));
}

/** A folder and those below it. */
function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const below = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isDirectory());
  return [folder, ...below.map((entry) => join(entry.parentPath, entry.name))];
}

/** Files that editors keep beside the one they edit. */
function isScratch(file: string): boolean {
  return /^\.|~$|^\d+$|\.sw.$|\.tmp$|^sed\w{6}$/.test(basename(file));
}

type Changes = {
  /** Files that changed since the last call, once they have settled; `undefined` after Ctrl-C. */
  next(): Promise<readonly string[] | undefined>;
  close(): void;
};

/**
 * Watches folder by folder: watching a tree at once follows the files it found, and loses one that is replaced. Before
 * changes are handed out all watchers are made anew, so that what is read afterwards and changes again is noticed.
 */
function openChanges(root: string, places: () => readonly Place[], stop: AbortSignal): Changes {
  const changed = new Set<string>();
  let wake = () => {};
  const note = (file: string) => {
    changed.add(relative(root, file));
    wake();
  };
  stop.addEventListener('abort', () => wake(), { once: true });
  const open = () => places().map((place) => watcherOf(place, note));
  let watchers = open();
  const close = () => {
    for (const watcher of watchers) watcher.close();
  };
  return {
    async next() {
      while (changed.size === 0 && !stop.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (stop.aborted) return undefined;
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
      const fresh = open();
      close();
      watchers = fresh;
      const files = [...changed].sort();
      changed.clear();
      return stop.aborted ? undefined : files;
    },
    close,
  };
}

function watcherOf({ folder, counts }: Place, note: (file: string) => void): FSWatcher {
  const failed = (error: Error) =>
    new UserError('disk', `Changes cannot be watched: ${error.message}.`, {
      where: { file: folder },
      cause: error,
    });
  try {
    const watcher = watch(folder, (_, name) => {
      const file = name === null ? folder : join(folder, name);
      if (counts(file)) note(file);
    });
    watcher.on('error', () => undefined); // a folder that went away; the others are still watched
    return watcher;
  } catch (error) {
    throw failed(error as Error);
  }
}
