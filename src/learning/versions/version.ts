/** One version of a skill, as `index.json` lists it. */
export type Version = {
  /** From 1, without gaps. */
  readonly version: number;
  readonly skill_version_hash: string;
  readonly parent?: number;
  /** ISO 8601. */
  readonly date: string;
  readonly reason: string;
  readonly by: string;
  /** The run that made it. */
  readonly run?: string;
  readonly score?: number;
  /** `PASS`, or `promoted_unverified`. */
  readonly verdict?: string;
  readonly receipt?: string;
};
