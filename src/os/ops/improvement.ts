import type { Json, JsonObject } from '../json.ts';
import type { Remains, WriteImages, WritePlan } from './write-plan.ts';

/**
 * What ops may do about evaluations, searches, verdicts, versions and proposals. The kernel knows none of it: rooms above
 * it do the work, and the kernel hands them on, narrowed to what was allowed.
 */

/** Work that took many runs: its result, and what they used, charged to the run that asked. */
export type Performed = {
  readonly result: Json;
  readonly spent: {
    readonly turns: number;
    readonly ops: number;
    readonly input: number;
    readonly output: number;
    readonly usd: number;
    readonly ms: number;
  };
};

/** Evaluations. Closed without leave to evaluate. */
export type EvalsHandle = {
  /** Evaluates a skill on its train or dev cases, or does what a search asks for. @throws OpError. */
  evaluate(request: EvaluateRequest): Promise<Performed>;
  /** Has the best candidate of a search, or a folder, verified on sealed cases. @throws OpError. */
  verify(request: VerifyRequest): Promise<Performed>;
};

export type EvaluateRequest =
  | { readonly search: string }
  | {
      readonly skill: string;
      /** Folder with another text of the skill; absent = the skill as it is. */
      readonly dir?: string;
      readonly split?: 'train' | 'dev';
      readonly cases?: readonly string[];
      readonly repeats?: number;
    };

export type VerifyRequest =
  | { readonly search: string }
  | { readonly skill: string /** Folder with the text that is to replace it. */; readonly dir: string };

/** Searches for a better text of a skill. Closed without leave to evaluate. */
export type SearchesHandle = {
  /** Opens a search, or offers it a candidate; nothing happens before the plan is committed. @throws OpError. */
  plan(request: SearchRequest): Promise<WritePlan>;
  remains(images: WriteImages): Promise<Remains>;
};

export type SearchRequest =
  | { readonly open: OpenSearch }
  | {
      readonly search: string;
      readonly offer: {
        readonly parent: string;
        /** Folder of the candidate: all files of the skill but its eval files. */
        readonly dir: string;
        readonly hypothesis?: string;
        readonly edits?: readonly JsonObject[];
      };
    };

export type OpenSearch = {
  readonly skill: string;
  readonly engine?: string;
  /** What the search and the verification together may use; the configuration where absent. */
  readonly budget?: Readonly<Partial<Record<'calls' | 'tokens' | 'usd' | 'seconds', number>>>;
  /** Proposals it may ask for; as the skill's eval files say where absent. */
  readonly iterations?: number;
  readonly seed?: number;
};

/** Versions of skills, held to those that may be written. */
export type VersionsHandle = {
  /** Plans keeping the folder as it is now as a version. @throws OpError. */
  planSave(request: { readonly skill: string; readonly reason: string }): Promise<WritePlan>;
  /** Plans putting the candidate with a receipt in place of the skill's folder. @throws OpError. */
  planApply(request: ApplyRequest): Promise<WritePlan>;
  remains(images: WriteImages): Promise<Remains>;
};

export type ApplyRequest = {
  readonly skill: string;
  /** Fingerprint that is to be replaced, and that of the candidate. */
  readonly from: string;
  readonly to: string;
  /** Id of the receipt of the verdict. */
  readonly receipt: string;
  readonly reason: string;
};

/** Proposals, which change nothing by themselves. */
export type ProposalsHandle = {
  plan(request: {
    readonly kind: string;
    readonly subject: string;
    readonly title: string;
    readonly body: Json;
  }): Promise<WritePlan>;
  remains(images: WriteImages): Promise<Remains>;
};
