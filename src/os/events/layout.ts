import { join, relative, sep } from 'node:path';

/** Where everything of a project's store lies. All paths are absolute. */
export type Layout = {
  readonly root: string;
  /** `.reyn` */
  readonly home: string;
  readonly runs: string;
  readonly log: string;
  readonly blobs: string;
  /** Folders that runs work in, one each. */
  readonly work: string;
  readonly locks: string;
  /** Files on their way to their place, each named after the owner that writes it. */
  readonly temp: string;
  /** Space that is given up when the disk is full. */
  readonly reserve: string;
  runDir(run: string): string;
  runFile(run: string): string;
  workDir(run: string): string;
  /** A file's path as a person is told it: relative to the root, with `/`. */
  show(path: string): string;
};

export function layoutOf(root: string): Layout {
  const home = join(root, '.reyn');
  const runs = join(home, 'runs');
  const work = join(home, 'work');
  return {
    root,
    home,
    runs,
    log: join(home, 'log'),
    blobs: join(home, 'blobs'),
    work,
    locks: join(home, 'locks'),
    temp: join(home, 'tmp'),
    reserve: join(home, 'reserve'),
    runDir: (run) => join(runs, run),
    runFile: (run) => join(runs, run, RUN_FILE),
    workDir: (run) => join(work, run),
    show: (path) => relative(root, path).split(sep).join('/'),
  };
}

export const RUN_FILE = 'events.jsonl';

/** Whether a name may be a run's folder. Nothing else is ever joined to a path. */
export function isRunId(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name);
}

/** Months of the project log (`2026-01`) among the names in its folder; they sort by time. */
export function monthsAmong(names: readonly string[]): string[] {
  return names.filter((name) => /^\d{4}-\d{2}\.jsonl$/.test(name)).map((name) => name.slice(0, 7));
}
