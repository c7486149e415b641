import fs from 'node:fs';
import { join } from 'node:path';

/**
 * One way to do the same job: a run of `steps` steps, each of which asks a model that answers at once, writes one small
 * file atomically, and leaves the run's state on disk. The floor, Reyn and every peer implement it.
 */
export type StepEngine = {
  /** One whole run. `name` is fresh for every run. */
  run(name: string, steps: number): Promise<void>;
  close(): Promise<void>;
};

/** Opens an engine that keeps everything it writes under `dir`, an empty folder. */
export type OpenEngine = (dir: string, options: EngineOptions) => Promise<StepEngine>;

export type EngineOptions = {
  /** Whether every state is flushed to the disk itself, or written the way the engine ships. */
  readonly synced: boolean;
  /** How long the model takes, in milliseconds; 0 = it answers at once. */
  readonly modelMs: number;
  /** Whether a step writes its file. */
  readonly files: boolean;
  /** Called at the start of every step: for looking at what is on disk by then. */
  readonly onStep?: (step: number) => void;
};

/** What step `step` of run `name` writes. */
export function contentOf(name: string, step: number): string {
  return `step ${step} of ${name}\n`;
}

export function fileOf(step: number): string {
  return `note-${step}.txt`;
}

/** Replaces a file so that after a power cut it is whole: temporary file, fsync, rename. */
export function writeAtomic(path: string, text: string): void {
  const temporary = `${path}.tmp`;
  const fd = fs.openSync(temporary, 'w');
  try {
    fs.writeSync(fd, text);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
  fs.renameSync(temporary, path);
}

export function syncFolder(dir: string): void {
  const fd = fs.openSync(dir, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** The model of an engine that has none of its own: what the step is to write, after `modelMs`. */
export async function answer(name: string, step: number, modelMs: number): Promise<string> {
  if (modelMs > 0) await new Promise((resolve) => setTimeout(resolve, modelMs));
  return contentOf(name, step);
}

/** What every step does, for engines that leave it to the caller. */
export async function doStep(dir: string, name: string, step: number, options: EngineOptions): Promise<string> {
  options.onStep?.(step);
  const text = await answer(name, step, options.modelMs);
  if (options.files) writeAtomic(join(dir, 'out', fileOf(step)), text);
  return text;
}
