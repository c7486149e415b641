import type { DriveOptions } from './driving.ts';
import type { Json } from './os/json.ts';
import type { Decision } from './os/permissions/decide.ts';
import type { DerivationStep } from './os/permissions/derive.ts';
import type { NeedKind } from './os/permissions/need.ts';
import type { GrantRecord } from './os/permissions/saved.ts';
import type { RunOutcome } from './os/runs/outcome.ts';

export type PolicyQuestion = {
  readonly skill: string;
  /** Kind of op. */
  readonly op: string;
  /** A path, URL or host, command, `server/tool`, or name. */
  readonly resource: string;
};

export type PolicyAnswer = PolicyQuestion &
  Decision & {
    /** Each need of the op with the way to its decision. */
    readonly needs: readonly (Decision & {
      readonly need: string;
      readonly resource: string;
      readonly steps: readonly DerivationStep[];
    })[];
  };

export type GrantEntry = GrantRecord;

export type NewGrant = {
  readonly skill: string;
  readonly need: NeedKind;
  /** Only for this kind of op. */
  readonly op?: string;
  /** One resource, or with `/**` (a command: ` **`, MCP: `/*`) at its end all below it. */
  readonly resource: string;
  /** Last day or moment on which it counts. */
  readonly until?: string;
  /** How many days it counts, where `until` is not given. */
  readonly days?: number;
  /** Of an MCP server's tools. */
  readonly pin?: string;
  /** What is said about it. */
  readonly words?: string;
};

export type OpOptions = DriveOptions & {
  /** The skill it acts as: its permissions, rules and grants count. Absent: whoever is here, held to rules and zones. */
  readonly as?: string;
};

export type OpOutcome = Omit<RunOutcome, 'artifact' | 'output'> & {
  readonly verdict: 'done' | 'denied' | 'asked' | 'failed';
  readonly result?: Json;
};

export type McpServerEntry = {
  readonly name: string;
  /** How it is reached: the command, or the URL. */
  readonly how: string;
  /** SHA-256 (hex) of its tools now. */
  readonly pin?: string;
  /** Whether that is the pin of the configuration; absent where that has none. */
  readonly pinned?: boolean;
  readonly tools: readonly { readonly name: string; readonly description: string }[];
  readonly error?: string;
};
