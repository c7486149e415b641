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
  /** SHA-256 (hex) over the manifest of the files kept: those of the folder, shared ones left out. */
  readonly own: string;
  /** Name of the file that lies as `v<N>.md`; absent = skill.md. */
  readonly main?: string;
};

/** What the versions need to know of a receipt of a verdict. */
export type ReceiptFacts = {
  readonly id: string;
  readonly skill: string;
  readonly from: string;
  readonly to: string;
  /** `PASS`, `FAIL`, `INDETERMINATE`. */
  readonly verdict: string;
  /** Blob of the candidate's files, as `packSource` writes them. */
  readonly pack: string;
  /** Mean scores in the verification: of the candidate, and of what it replaces. */
  readonly score?: number;
  readonly before?: number;
  /** For whoever is asked: gain, interval, counts, cost. */
  readonly summary: string;
};

/** @returns `undefined` when there is no such receipt, or it does not hold. */
export type ReadReceipt = (id: string) => ReceiptFacts | undefined;
