import type { Static, TObject } from 'typebox';
import type { IndexHandle } from '../index/port.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Section } from '../models/port.ts';
import type { McpCall, McpResult } from '../network/mcp/port.ts';
import type { Fetched, FetchRequest } from '../network/port.ts';
import type { SearchHit, SearchRequest } from '../network/search.ts';
import type { Need, NeedKind } from '../permissions/need.ts';
import type { Sandbox, SandboxEnd } from '../sandbox/port.ts';
import type { JsonSchema } from '../schema.ts';
import type { SkillCard } from '../skills/cards.ts';
import type { WorkspaceHandle } from '../workspace/workspace.ts';
import type { EvalsHandle, Performed, ProposalsHandle, SearchesHandle, VersionsHandle } from './improvement.ts';
import type { RunFilter, RunList } from './run-facts.ts';
import type { Remains, WriteImages, WritePlan } from './write-plan.ts';

export type { Remains, WriteImages, WritePlan };

/**
 * A Control IR op is one file: input schema, effect class, needs, and what it does. An op never sees permissions: it
 * declares needs, dispatch has them decided, records the decision, and hands over handles narrowed to what was granted.
 *
 * The effect class alone decides how the kernel treats an op, live and after a crash:
 *  - `reads`  may be done again; all ops of a turn that read run concurrently.
 *  - `writes` plans first (pre- and post-image), and says after a crash between intent and receipt what it left.
 *  - `waits`  opens an intervention; the answer is the result.
 *  - `child`  starts or adopts a run derived from (parent, step).
 *  - `session` has many runs done that are kept apart from this one. What they did is kept, so that it goes on after a
 *    crash where it stood, and costs nothing twice.
 *  - `model`  has a question answered by a model of the run; done again after a crash, and charged for both times.
 *  - `external` acts outside of what Reyn can look at. Intent and receipt are durable at once; without a receipt it is in
 *    doubt after a crash, and a person decides, unless doing it again changes nothing.
 */
export type Op = ReadOp | WriteOp | WaitOp | ChildOp | SessionOp | ModelOp | ExternalOp;

type OpFrame = {
  readonly kind: string;
  /** One or two sentences for the model and the reference. */
  readonly summary: string;
  readonly input: TObject;
  /** Kinds of need that `needs` may return, whatever the arguments; none = it needs no permission. */
  readonly needKinds: readonly NeedKind[];
  /** Names of arguments that are paths: absolute ones that lie in the project become relative before anything else. */
  readonly paths?: readonly string[];
  /** Whether it opens values a frame names as `blob:<sha256>`. */
  readonly opensBlobs?: true;
  /** @throws never: arguments were validated before. */
  needs(args: JsonObject): readonly Need[];
};

export type ReadOp = OpFrame & {
  readonly effect: 'reads';
  run(args: JsonObject, handles: Handles): Promise<Json>;
};

export type WriteOp = OpFrame & {
  readonly effect: 'writes';
  /** Reads what is there and says what will be; changes nothing. */
  plan(args: JsonObject, handles: Handles): Promise<WritePlan>;
  /** After a crash: what stands there of a write that was under way. Changes nothing. */
  remains(images: WriteImages, handles: Handles): Promise<Remains>;
};

export type WaitOp = OpFrame & {
  readonly effect: 'waits';
  question(args: JsonObject): Question;
};

export type ChildOp = OpFrame & {
  readonly effect: 'child';
  child(args: JsonObject): ChildRequest;
};

export type SessionOp = OpFrame & {
  readonly effect: 'session';
  /** @throws OpError. */
  perform(args: JsonObject, handles: Handles): Promise<Performed>;
};

export type ModelOp = OpFrame & {
  readonly effect: 'model';
  /**
   * Class of the model that is asked. Of arguments as a skill writes them, or of none at all, it is the class that a
   * run has to pin for the op.
   */
  modelClass(args: JsonObject): string;
  /** What is asked. @throws OpError when nothing can be asked with these arguments. */
  ask(args: JsonObject): ModelRequest;
};

export type ExternalOp = OpFrame & {
  readonly effect: 'external';
  /** Whether doing it again after a crash changes nothing, as a GET does not. */
  isRepeatable(args: JsonObject): boolean;
  /** @throws OpError. */
  run(args: JsonObject, handles: Handles): Promise<Json>;
};

/** A question to a model: what it sees, and the type and schema of the artifact that answers it. */
export type ModelRequest = {
  readonly system: readonly Section[];
  readonly user: readonly Section[];
  readonly type: string;
  readonly schema: JsonSchema;
};

/** A question to a person. */
export type Question = {
  readonly text: string;
  readonly choices?: readonly string[];
  readonly default?: string;
};

export type ChildRequest = { readonly skill: string; readonly input: Json };

/** What dispatch hands to an op, narrowed to its grant. */
export type Handles = {
  readonly workspace: WorkspaceHandle;
  readonly index: IndexHandle;
  /** Skills that the one which asks may run, by name; itself left out. */
  readonly skills: { list(): readonly SkillCard[] };
  /** Runs, less the one that asks. Closed unless the events may be recalled. */
  readonly runs: { list(filter: RunFilter): RunList };
  /** The network, held to the hosts that were allowed. */
  readonly network: NetworkHandle;
  /** The search engine of the operator, where it was allowed. */
  readonly search: SearchHandle;
  /** MCP servers, held to the tools that were allowed. */
  readonly mcp: McpHandle;
  /** Programs, held to the command that was allowed. */
  readonly exec: ExecHandle;
  readonly evals: EvalsHandle;
  readonly searches: SearchesHandle;
  readonly versions: VersionsHandle;
  readonly proposals: ProposalsHandle;
  readonly signal: AbortSignal;
};

/** @throws OpError as `Network.fetch`. */
export type NetworkHandle = {
  fetch(request: Omit<FetchRequest, 'mayReach' | 'signal'>): Promise<Fetched>;
};

/** @throws OpError `not_configured` when the operator has none; and as `SearchEngine.search`. */
export type SearchHandle = { search(request: Omit<SearchRequest, 'signal'>): Promise<readonly SearchHit[]> };

/** @throws OpError as `McpServers.call`. */
export type McpHandle = { call(request: Pick<McpCall, 'server' | 'tool' | 'args'>): Promise<McpResult> };

/** One program in the sandbox. What it sees and may change of the project follows from what the skill was allowed. */
export type ExecHandle = { run(request: ExecRequest): Promise<ExecResult> };

export type ExecRequest = {
  readonly argv: readonly string[];
  /** Folder it starts in, a path as ops have it; absent = the project root. */
  readonly cwd?: string;
  readonly stdin?: string;
  /** Wall-clock milliseconds. */
  readonly timeoutMs?: number;
};

export type ExecResult = {
  readonly backend: Sandbox['backend'];
  readonly end: SandboxEnd;
  /** Files of the project that it changed, by canonical path. */
  readonly changed: readonly string[];
  /**
   * `whole`: it came to its end, and what it wrote was taken over; `none`: it was broken off, and the project is as it
   * was; `direct`: it wrote in the project itself, so whatever it wrote is there.
   */
  readonly kept: 'whole' | 'none' | 'direct';
  /** What it wrote and was not kept, each with the reason. */
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
};

type Own =
  | 'input'
  | 'needs'
  | 'run'
  | 'isRepeatable'
  | 'plan'
  | 'question'
  | 'child'
  | 'perform'
  | 'modelClass'
  | 'ask';
type Typed<T extends TObject, O> = Omit<O, Own> & {
  readonly input: T;
  needs(args: Static<T>): readonly Need[];
};

/** Defines an op whose functions see arguments of the type its schema describes. */
export function defineOp<T extends TObject>(
  op:
    | (Typed<T, ReadOp> & { run(args: Static<T>, handles: Handles): Promise<Json> })
    | (Typed<T, ExternalOp> & {
        isRepeatable(args: Static<T>): boolean;
        run(args: Static<T>, handles: Handles): Promise<Json>;
      })
    | (Typed<T, WriteOp> & { plan(args: Static<T>, handles: Handles): Promise<WritePlan> })
    | (Typed<T, WaitOp> & { question(args: Static<T>): Question })
    | (Typed<T, ChildOp> & { child(args: Static<T>): ChildRequest })
    | (Typed<T, SessionOp> & { perform(args: Static<T>, handles: Handles): Promise<Performed> })
    | (Typed<T, ModelOp> & { modelClass(args: Partial<Static<T>>): string; ask(args: Static<T>): ModelRequest }),
): Op {
  return op as unknown as Op;
}
