import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { nodeDisk } from '../src/os/disk.ts';
import { blobReader } from '../src/os/events/blobs.ts';
import type { RunEvent, RunEventType } from '../src/os/events/event.ts';
import { layoutOf } from '../src/os/events/layout.ts';
import { eventsOf, readRunFile } from '../src/os/events/run-read.ts';
import type { Json } from '../src/os/json.ts';
import type { PendingIntervention, RunOutcome } from '../src/os/runs/outcome.ts';
import { type DriveOptions, type OpenOptions, openReyn, type Reyn, type RunOptions } from '../src/reyn.ts';

/** A rule of the scripted model, as `evals/scripted.yaml` has it. */
export type Rule = { readonly match?: object; readonly turn: object; readonly times?: number };

/** A skill as one text (`skill.md`) or as files by their path in its folder, with rules for the scripted model. */
export type SkillFiles = {
  readonly md?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly rules?: readonly Rule[];
};

export type ProjectSpec = {
  readonly skills?: Readonly<Record<string, SkillFiles>>;
  /** Files of the project by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Lines of `reyn.yaml` besides `model: scripted`. */
  readonly config?: readonly string[];
  /** Model of every class. */
  readonly model?: string;
  readonly open?: Partial<OpenOptions>;
};

/** A project in a folder of its own, opened. */
export type TestProject = {
  readonly root: string;
  /** The opened project; another one after `reopen`. */
  readonly reyn: Reyn;
  write(file: string, text: string): void;
  /** The text of a file; `undefined` when there is none. */
  read(file: string): string | undefined;
  /** Writes a skill anew. */
  skill(name: string, skill: SkillFiles): void;
  /** Closes the project and opens it again, as another process would. */
  reopen(options?: Partial<OpenOptions>): Promise<Reyn>;
  run(skill: string, input: string | Json, options?: RunOptions): Promise<RunOutcome>;
  /** Events of a run as they lie in its log. */
  events(run: string): readonly RunEvent[];
  types(run: string): readonly RunEventType[];
};

/** Opens a project for `body` and removes it afterwards. */
export async function inProject<T>(spec: ProjectSpec, body: (project: TestProject) => Promise<T>): Promise<T> {
  const project = await openProject(spec);
  try {
    return await body(project);
  } finally {
    await project.remove();
  }
}

/** A project for several tests; the caller removes it. */
export async function openProject(spec: ProjectSpec): Promise<TestProject & { remove(): Promise<void> }> {
  const root = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'reyn-project-'));
  const write = (file: string, text: string) => {
    const full = path.join(root, file);
    fs.mkdirSync(path.dirname(full), { recursive: true });
    fs.writeFileSync(full, text);
  };
  const skill = (name: string, { md, files = {}, rules }: SkillFiles) => {
    const dir = `reyn/project/${name}`;
    if (md !== undefined) write(`${dir}/skill.md`, md);
    for (const [file, text] of Object.entries(files)) write(`${dir}/${file}`, text);
    if (rules !== undefined) write(`${dir}/evals/scripted.yaml`, JSON.stringify({ rules }));
  };
  write('reyn.yaml', [`model: ${spec.model ?? 'scripted'}`, ...(spec.config ?? [])].join('\n'));
  for (const [file, text] of Object.entries(spec.files ?? {})) write(file, text);
  for (const [name, files] of Object.entries(spec.skills ?? {})) skill(name, files);
  const open = (options: Partial<OpenOptions>) =>
    openReyn({ root, env: { HOME: root, REYN_TRUST_PROJECT: '1' }, ...spec.open, ...options });
  let reyn = await open({});
  return {
    root,
    get reyn() {
      return reyn;
    },
    write,
    skill,
    read: (file) => {
      const full = path.join(root, file);
      return fs.existsSync(full) ? fs.readFileSync(full, 'utf8') : undefined;
    },
    reopen: async (options = {}) => {
      await reyn.close();
      reyn = await open(options);
      return reyn;
    },
    run: (name, input, options) =>
      reyn.run(name, typeof input === 'string' ? { text: input } : { value: input }, options),
    events: (run) => logOf(root, run),
    types: (run) => logOf(root, run).map(({ type }) => type),
    remove: async () => {
      await reyn.close();
      fs.rmSync(root, { recursive: true, force: true });
    },
  };
}

function logOf(root: string, run: string): readonly RunEvent[] {
  const layout = layoutOf(root);
  return eventsOf(readRunFile(nodeDisk, layout, run), blobReader(nodeDisk, layout));
}

/** Events of one type. */
export function ofType<T extends RunEventType>(
  events: readonly RunEvent[],
  type: T,
): readonly Extract<RunEvent, { type: T }>[] {
  return events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);
}

/** Aborts when an event is seen: by its number among all, or by what it is. */
export function abortAt(when: (event: RunEvent, count: number) => boolean): DriveOptions {
  const controller = new AbortController();
  let count = 0;
  return {
    signal: controller.signal,
    onEvent: (event) => {
      count += 1;
      if (when(event, count)) controller.abort(new Error('stopped by the test'));
    },
  };
}

/** Answers questions in order; `undefined` once there are no more answers. Keeps what was asked. */
export function person(...answers: readonly string[]) {
  const asked: PendingIntervention[] = [];
  const left = [...answers];
  const ask = async (question: PendingIntervention) => {
    asked.push(question);
    return left.shift();
  };
  return { ask, asked };
}

/** skill.md of one phase: front matter lines, then a line of prose. */
export function onePhase(name: string, ...lines: readonly string[]): string {
  return `---\ntype: skill\nname: ${name}\ndescription: A skill of the tests.\n${lines.join('\n')}\n---\nDo the work.\n`;
}

/** A section of the one-file form. */
export function phase(name: string, ...lines: readonly string[]): string {
  return `\n## phase: ${name}\n\n\`\`\`yaml\n${lines.join('\n')}\n\`\`\`\n\nDo the part called ${name}.\n`;
}

/** skill.md of several phases. */
export function phases(name: string, front: readonly string[], ...sections: readonly string[]): string {
  return `---\ntype: skill\nname: ${name}\ndescription: A skill of the tests.\n${front.join('\n')}\n---\n${sections.join('')}`;
}
