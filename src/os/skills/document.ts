/** A place in a skill's source, 1-based, `file` relative to the skill's folder. */
export type Place = { readonly file: string; readonly line: number; readonly column: number };

/** The prose of a skill or of one phase, as written, with the line it starts on. */
export type Prose = { readonly file: string; readonly line: number; readonly phase?: string; readonly text: string };

/**
 * What the loader remembers of a skill's source so that a finding can name its place. Made beside the `Skill`, kept
 * only by lint.
 */
export type SkillDocument = {
  readonly name: string;
  readonly prose: readonly Prose[];
  /** File that defines a phase or an artifact type; `skill.md` for one defined inline. */
  fileOf(kind: 'phase' | 'artifact', name: string): string;
  /**
   * Place of a front matter or YAML key path, e.g. `at('skill.md', ['graph', 'review', 0, 'when'])`; of the nearest
   * ancestor that exists when the path does not; line 1, column 1 when nothing does. For a phase of the one-file form
   * the path starts with `'## phase: <name>'`.
   */
  at(file: string, path: readonly (string | number)[]): Place;
  /** The front matter as written, before defaults: to tell an absent key from a default. */
  readonly raw: { readonly skill: Record<string, unknown>; readonly phases: Record<string, Record<string, unknown>> };
};
