import type { Clock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import type { Limits } from '../config/limits.ts';
import type { RunEvent, RunEventData } from '../events/event.ts';
import type { Store } from '../events/port.ts';
import type { Ids } from '../ids.ts';
import type { IndexPort } from '../index/port.ts';
import type { ExecPort, Improvement } from '../kernel/ports.ts';
import type { Meter } from '../limits/meter.ts';
import type { McpServers } from '../network/mcp/port.ts';
import type { Network } from '../network/port.ts';
import type { SearchEngine } from '../network/search.ts';
import type { Op } from '../ops/op.ts';
import type { ListRuns } from '../ops/run-facts.ts';
import type { Bound } from '../permissions/decide.ts';
import type { ClosedPlace } from '../permissions/protections.ts';
import type { SavedGrants } from '../permissions/saved.ts';
import type { Redactor } from '../secrets/port.ts';
import type { Catalog } from '../skills/catalog.ts';
import type { Skill } from '../skills/skill.ts';
import type { JsEngine } from '../steps/js/port.ts';
import type { PythonEngine } from '../steps/python/port.ts';
import type { PendingIntervention } from './outcome.ts';

/** What every run of one opened project shares. */
export type Project = {
  readonly root: string;
  readonly store: Store;
  readonly index: IndexPort;
  /** What runs there are. */
  readonly runs: ListRuns;
  readonly catalog: Catalog;
  readonly config: Config;
  readonly ops: readonly Op[];
  readonly clock: Clock;
  readonly ids: Ids;
  /** What takes secrets out of all that leaves this process: to a model, to a screen. The store does so by itself. */
  readonly redact: Redactor;
  readonly js: JsEngine;
  readonly python: PythonEngine;
  readonly grants: SavedGrants;
  /** Places of this machine that are closed besides those closed by name. */
  readonly closed: readonly ClosedPlace[];
  /** Whoever is at this process, as the operating system calls them. */
  readonly who: string;
  /** A stored secret by its name. */
  readonly secret: (name: string) => string | undefined;
  readonly network: Network;
  readonly search: () => Promise<SearchEngine | undefined>;
  readonly mcp: McpServers;
  /** Evaluations, searches, versions and proposals. */
  readonly improvement: Improvement;
  /** Programs of a run, given its work folder. */
  readonly exec: (workDir: string) => ExecPort;
  /** Where keys of providers come from. */
  readonly env: NodeJS.ProcessEnv;
  /** What runs pin as their models, of a skill and of those beneath it; absent = what the configuration says. */
  readonly pins?: (skill: Skill, model: string | undefined) => ModelPins;
};

/** Models by class, as the first event of a run has them. */
export type ModelPins = RunEventData['run_skill_started']['models'];

/** How one call drives a run. All members required: `openReyn` fills in what a caller leaves out. */
export type Driving = {
  readonly onEvent: (event: RunEvent) => void;
  readonly onText: (text: string) => void;
  readonly ask: (intervention: PendingIntervention) => Promise<string | undefined>;
  readonly onAsk: 'suspend' | 'fail';
  readonly signal: AbortSignal;
};

/** What a run has from the one that started it. */
export type Under = {
  /** The meter of the run above. */
  readonly meter: Meter | undefined;
  readonly bounds: readonly Bound[];
};

/** A run that a person started. */
export const ROOT: Under = { meter: undefined, bounds: [] };

export type Starting = {
  /** Key of config's models, for every class; absent = as config maps them. */
  readonly model?: string;
  /** Tightens config's limits. */
  readonly limits?: Partial<Limits>;
  /** Of the random choices of models that take one. */
  readonly seed?: number;
  /** The version of a skill that the run acts as: its rules and grants count. */
  readonly as?: { readonly skill: string; readonly skill_version_hash: string };
};
