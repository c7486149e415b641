import type { Config } from '../config/config.ts';
import type { Permissions } from '../skills/skill.ts';
import type { Grant } from './grant.ts';
import type { ClosedPlace } from './protections.ts';

export type Decision = {
  readonly verdict: 'allow' | 'deny' | 'ask';
  /**
   * What decided: `declared`, `bound <skill>`, `path`, `protection <id>`, `deny rule <n>`, `zone <name>`,
   * `allow rule <n>`, `grant <id>`, `answer`.
   */
  readonly by: string;
  /** A sentence that a person and the model can act on. */
  readonly reason: string;
};

export type DecisionContext = {
  readonly skill: string;
  /** Fingerprint of the version of the skill that runs. */
  readonly fingerprint: string;
  /** Kind of the op that asks, and its step id. */
  readonly op: string;
  readonly step: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What the skill declares. */
  readonly permissions: Permissions;
  /** What the runs above declare, when this is a sub-run. */
  readonly bounds: readonly Bound[];
  readonly policy: Config['policy'];
  /** Pins of MCP servers that the operator vouches for, by server. */
  readonly pins: Readonly<Record<string, string>>;
  /** Saved grants; which of them are about this is found out here. */
  readonly grants: readonly Grant[];
  /** What people answered in this run. */
  readonly answers: readonly PermissionAnswer[];
  /** SHA-256 of the values the present frame named. */
  readonly blobs: ReadonlySet<string>;
  /** Places of this machine that are closed besides those closed by name. */
  readonly closed: readonly ClosedPlace[];
  /** By what a change of a skill is decided that has been proposed. */
  readonly onPropose: Config['self_improvement']['on_propose'];
  /** Whether what runs is kept from the machine; `false` where the user's own config says `sandbox: none`. */
  readonly isolated: boolean;
};

/** What a person answered to a permission question of this run; `resource` as in the need that was asked for. */
export type PermissionAnswer = {
  readonly need: string;
  readonly resource: string;
  readonly allow: boolean;
  /** `once`: for the op that asked alone; `run`: for the rest of the run. */
  readonly scope: 'once' | 'run';
  /** Step of the op that asked. */
  readonly step: string;
  readonly pin?: string;
};

/** A run above: the sub-runs it starts do nothing that it does not declare itself, unless it delegates to them. */
export type Bound = { readonly skill: string; readonly permissions: Permissions };
