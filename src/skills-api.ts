import type { CatalogEntry } from './os/skills/catalog.ts';
import type { Finding } from './os/skills/finding.ts';
import type { Skill, SkillOrigin } from './os/skills/skill.ts';

/** What can be done with skills besides running them. */
export type SkillsApi = {
  /** Every skill that resolves, and every one another shadows; sorted by name. Skills that do not load say why. */
  list(): readonly SkillEntry[];
  /** Their folders alone, which are not looked into; the paths are absolute. */
  folders(): readonly CatalogEntry[];
  /** @throws UserError `not_found` (with a suggestion), `skill`. */
  load(name: string): Skill;
  /** Lints by name or by folder path; all project and local skills when empty. */
  lint(names: readonly string[]): readonly Finding[];
  /** Copies a skill (stdlib or any) into reyn/project. @returns the new folder. */
  copy(name: string, as?: string): Promise<string>;
  /** @throws UserError `usage` when no skill of this name can be made: it is no name, or the project has one. */
  vacant(name: string): void;
  /** Writes a lint-clean skill from the template. @returns the files written. */
  create(name: string, wish: string | undefined): Promise<readonly string[]>;
  /**
   * Makes a skill that a run wrote into reyn/project a complete one: adds eval files where there are none, and records
   * where it came from. @returns the files added. @throws UserError `not_found`, `skill`.
   */
  adopt(name: string, run: string): Promise<readonly string[]>;
  /**
   * Writes a skill, by name or folder, as the Agent Skills folder `<out>/<name>`; `out` is `agent-skills` if absent.
   * @returns the new folder. @throws UserError `skill` with what keeps it from being valid by the specification.
   */
  exportTo(name: string, out?: string): Promise<string>;
  /**
   * Writes a skill, by name or folder, as one file that `importFrom` takes: `<out>/<name>.tar.gz`; `out` is `bundles`
   * if absent. @returns the file. @throws UserError `skill` when it could not be read back, `usage` when it is there.
   */
  bundleTo(name: string, out?: string): Promise<string>;
  /**
   * Takes a skill into reyn/project, with its provenance: a local folder, a bundle (`….tar`, `….tar.gz`, `….tgz`), or
   * a commit of a repository, `https://host/path#<commit>[:<folder>]`, or with `commit` beside. What comes from
   * elsewhere is checked as a whole before anything is written. @returns the new folder.
   * @throws UserError `skill`, `usage`, `not_found`, `refused`.
   */
  importFrom(from: string, as?: string, commit?: string): Promise<string>;
  /**
   * Writes a skill in its other form: `split` gives every phase and artifact type a file, `join` puts them into
   * skill.md. @throws UserError `usage` when there is nothing to do or it would not be the same skill.
   */
  reshape(name: string, form: 'split' | 'join', options?: { readonly dryRun?: boolean }): Promise<Reshaped>;
};

export type SkillEntry = {
  readonly name: string;
  readonly origin: SkillOrigin;
  readonly dir: string;
  readonly description: string;
  readonly kind: string;
  readonly fingerprint?: string;
  /** Origin of the skill that this one is hidden by. */
  readonly shadowedBy?: SkillOrigin;
  readonly error?: string;
};

/** A skill in its other form. */
export type Reshaped = {
  readonly skill: string;
  /** Relative to the project. */
  readonly folder: string;
  /** False after a dry run. */
  readonly written: boolean;
  /** Files by their path in the folder; without `before` a new one, without `after` one that goes. */
  readonly changes: readonly { readonly file: string; readonly before?: string; readonly after?: string }[];
};
