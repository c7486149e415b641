import type { JsonObject } from '../json.ts';
import type { SkillDocument } from '../skills/document.ts';
import type { Finding } from '../skills/finding.ts';
import type { Permissions, Skill } from '../skills/skill.ts';
import type { Placed, SkillMap } from './skill-map.ts';

/** What lint must know of the world around a skill. */
export type LintEnv = {
  readonly ops: readonly LintOp[];
  /** Names that resolve to a skill. */
  readonly skills: readonly string[];
  /** What another skill declares; `undefined` when it does not load, or nobody can look. */
  readonly permissionsOf: (skill: string) => Permissions | undefined;
  /** Model classes that config names; `undefined` = not known, nothing is said about classes. */
  readonly modelClasses: readonly string[] | undefined;
};

/** An op as far as lint looks at it. */
export type LintOp = {
  readonly kind: string;
  /** `reads`, `writes`, `waits` (asks a person) or `child`. */
  readonly effect: string;
  /** Kinds of need it may declare, e.g. `file.read`; none = it needs no permission. */
  readonly needs: readonly string[];
  /** Kinds of need it may have besides, by its arguments. */
  readonly uses: readonly string[];
  /**
   * What a step with these arguments needs and these permissions do not declare, as `kind of resource`; nothing is said
   * of what a template fills in.
   */
  undeclared(args: JsonObject, permissions: Permissions): readonly string[];
};

/** What a rule looks at. */
export type Subject = {
  readonly skill: Skill;
  readonly document: SkillDocument;
  readonly env: LintEnv;
  readonly map: SkillMap;
};

/** A rule as documented; the reference is generated from it. */
export type Rule<Id extends string = string> = {
  readonly id: Id;
  readonly severity: Finding['severity'];
  /** What it finds, as a noun phrase. */
  readonly finds: string;
  /** Why that is wrong, as a sentence. */
  readonly why: string;
  /** The usual way out, as an imperative sentence. A finding's own `fix` is more exact. */
  readonly fix: string;
};

/** One thing a rule has to say, before skill name and severity are added. */
export type Report<Id extends string = string> = {
  readonly rule: Id;
  readonly place: Placed;
  readonly message: string;
  readonly fix: string;
};

/** Rules that share one look at the skill. */
export type Family<Id extends string = string> = {
  readonly rules: readonly Rule<Id>[];
  check(subject: Subject): Iterable<Report<Id>>;
};

/** Defines a family whose check can report its own rules only. */
export function defineFamily<const Id extends string>(family: Family<Id>): Family<Id> {
  return family;
}
