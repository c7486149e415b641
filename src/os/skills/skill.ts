import type { JsonObject } from '../json.ts';
import type { JsonSchema } from '../schema.ts';

/**
 * A loaded skill: plain data, the same for the folder form and the one-file form. Everything here was validated by
 * `compileSkill`; nothing later checks it again.
 */
export type Skill = {
  readonly name: string;
  readonly description: string;
  readonly origin: SkillOrigin;
  /** Folder the skill was read from, relative to the project where it lies inside, for messages only. */
  readonly dir: string;
  readonly kind: SkillKind;
  readonly entry: string;
  /** Artifact type of the result. */
  readonly finalOutput: string;
  readonly finalOutputDescription?: string;
  readonly finishCriteria: readonly string[];
  readonly phases: Readonly<Record<string, Phase>>;
  readonly artifacts: Readonly<Record<string, ArtifactType>>;
  /** Edges in the order written; every phase has an entry. */
  readonly graph: Readonly<Record<string, readonly Edge[]>>;
  readonly permissions: Permissions;
  readonly postprocessor?: Postprocessor;
  /** Sources of its `js` and `python` steps, by path in `steps/`; `../stats.py` is one beside that folder. */
  readonly code: Readonly<Record<string, string>>;
  readonly limits: SkillLimits;
  readonly library: LibraryKeys;
  /** SHA-256 (hex) over the manifest of the skill's regular files, eval files left out: its version. */
  readonly fingerprint: string;
  /** SHA-256 (hex) of skill.md alone. */
  readonly skillMdSha256: string;
};

export type SkillOrigin = 'project' | 'local' | 'stdlib' | 'path';

export const SKILL_KINDS = ['graph', 'prompt_template', 'tool_chain', 'code_snippet', 'workflow'] as const;
export type SkillKind = (typeof SKILL_KINDS)[number];

/** Target of an edge that ends the run. */
export const END = 'end';

export type Phase = {
  readonly name: string;
  /** Artifact types the phase takes; more than one is a union. */
  readonly input: readonly string[];
  readonly role?: string;
  /** `none` = no model call. Any other value is a class that config maps to a model. */
  readonly modelClass: string;
  /** Absent = `ask_user` and the reading ops that `permissions` covers. */
  readonly allowedOps?: readonly string[];
  readonly maxActTurns: number;
  readonly preprocessor: readonly Step[];
  readonly instructions: string;
  /** Of a node that is another skill: what comes out of it. */
  readonly gives?: ArtifactType;
};

export type ArtifactType = {
  readonly name: string;
  readonly description?: string;
  readonly schema: JsonSchema;
};

export type Edge = {
  /** A phase, or {@link END}. */
  readonly to: string;
  readonly when: Guard;
  /** Field of the target's artifact → where the OS takes its value from. */
  readonly carry: Readonly<Record<string, CarryPath>>;
  readonly description?: string;
};

/** All conditions must hold; none = always open. */
export type Guard = readonly Condition[];

export type Condition = {
  /** As written, for messages. */
  readonly path: string;
  /** What `segments` start from: counts the OS keeps, what the phase received, or the artifact that leaves it. */
  readonly root: 'visits' | 'input' | 'artifact';
  readonly segments: readonly string[];
  readonly schema: JsonSchema;
};

export type CarryPath = {
  /** As written, for messages. */
  readonly path: string;
  /** `input` of this phase, `run.input`, or what `phase` last left. */
  readonly root: 'input' | 'run_input' | 'phase';
  readonly phase?: string;
  readonly segments: readonly string[];
};

export type OnError = 'fail' | 'skip' | 'empty';

/** A deterministic step. `type` decides the rest. `run_skill` and `lint_skill` steps are loaded as the ops they are. */
export type Step = OpStep | ValidateStep | JsStep | PythonStep | BranchingStep;

/** A step that is done as several, at the same time, whose results it joins. */
export type BranchingStep = IterateStep | ParallelStep;

type StepFrame = {
  /** Dot path in the artifact the result goes to; `[]` replaces the whole artifact; absent = the result is dropped. */
  readonly into?: readonly string[];
  readonly onError: OnError;
  readonly when: Guard;
};

export type OpStep = StepFrame & {
  readonly type: 'op';
  readonly op: string;
  /** Strings may hold `${path}` templates over the artifact as the steps before left it. */
  readonly args: JsonObject;
};

export type ValidateStep = StepFrame & {
  readonly type: 'validate';
  /** What is checked: a dot path in the artifact; `[]` is all of it. */
  readonly path: readonly string[];
  readonly schema: JsonSchema;
};

export type JsStep = StepFrame & {
  readonly type: 'js';
  /** A file of {@link Skill.code}. */
  readonly module: string;
  /** The export that is called with the artifact. */
  readonly function: string;
  /** What the function must return. */
  readonly outputSchema: JsonSchema;
};

export type PythonStep = StepFrame & {
  readonly type: 'python';
  /** A file of {@link Skill.code}. */
  readonly module: string;
  /** The function that is called with the artifact. */
  readonly function: string;
  /** What the function must return. */
  readonly outputSchema: JsonSchema;
  /** Whether the function takes `{type, data}`, as one of the original does, instead of the artifact itself. */
  readonly envelope: boolean;
};

/** One branch per item of a list. A branch sees the artifact with its item and place in it; results in order. */
export type IterateStep = StepFrame & {
  readonly type: 'iterate';
  /** Dot path of the list. */
  readonly over: readonly string[];
  /** Field under which a branch sees its item; its place, from 0, is under `index`. */
  readonly as: string;
  readonly apply: Step;
  readonly concurrency: number;
};

/** Named branches over the same artifact; results under their names. */
export type ParallelStep = StepFrame & {
  readonly type: 'parallel';
  readonly branches: Readonly<Record<string, Step>>;
  readonly concurrency: number;
};

export type Postprocessor = {
  readonly outputName: string;
  readonly outputDescription?: string;
  readonly outputSchema: JsonSchema;
  readonly steps: readonly Step[];
};

/** Upper bound of what any phase may do. Absent in skill.md = none. */
export type Permissions = {
  readonly file: { readonly read: readonly string[]; readonly write: readonly string[] };
  readonly exec: readonly (readonly string[])[];
  readonly net: readonly string[];
  readonly mcp: Readonly<Record<string, readonly string[]>>;
  /** `run`: sub-runs held to these permissions besides their own. `delegate`: sub-runs held to their own alone. */
  readonly skill: {
    readonly run: readonly string[];
    readonly delegate: readonly string[];
    readonly write: readonly string[];
  };
  readonly recall: readonly string[];
  readonly index: readonly string[];
  readonly eval: boolean;
  readonly python: readonly PythonPermission[];
  /** Names of stored secrets that arguments of ops may refer to. */
  readonly secrets: readonly string[];
  /** Kinds of denial the skill can live with: such a denial does not make the run exit 4. */
  readonly optional: readonly string[];
};

/** A function that `python` steps may call. */
export type PythonPermission = {
  /** Path in `steps/` without ending. */
  readonly module: string;
  readonly function: string;
  /** Wall-clock seconds it may take; absent = as usual. */
  readonly timeout?: number;
};

export const NO_PERMISSIONS: Permissions = {
  file: { read: [], write: [] },
  exec: [],
  net: [],
  mcp: {},
  skill: { run: [], delegate: [], write: [] },
  recall: [],
  index: [],
  eval: false,
  python: [],
  secrets: [],
  optional: [],
};

/** Limits a skill sets for its own runs; absent = only those of config. */
export type SkillLimits = {
  readonly max_phase_visits?: number;
  readonly max_turns?: number;
  readonly tokens?: number;
  readonly usd?: number;
  readonly seconds?: number;
};

/** Keys of the skill library: read, linted and kept; inert in a run. As written in skill.md. */
export type LibraryKeys = JsonObject;

/** Built in: the type of a message a person types. */
export const USER_MESSAGE: ArtifactType = {
  name: 'user_message',
  description: 'A message of a person.',
  schema: {
    type: 'object',
    properties: { text: { type: 'string' } },
    required: ['text'],
    additionalProperties: false,
  },
};
