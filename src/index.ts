/** The public SDK. What is not named here is internal and may change without notice. */
export type {
  AuditReport,
  DriveOptions,
  EventFilter,
  ExportRequest,
  GcReport,
  ModelEntry,
  ModelProbe,
  ModelTest,
  Recalled,
  ReplayOptions,
  Reshaped,
  Reyn,
  RunDecisions,
  RunOptions,
  SealReport,
  SigningKey,
  SkillEntry,
  SourceSearch,
  SourceSummary,
  SpendGroup,
  Spending,
  VerifyOptions,
} from './api.ts';
export type { Config, ModelConfig, PolicyRule } from './os/config/config.ts';
export type { Limits } from './os/config/limits.ts';
export { Bug, CorruptLog, ERRORS, type ErrorCode, EXIT, type ExitCode, UserError, type Where } from './os/errors.ts';
export {
  PROJECT_EVENTS,
  type ProjectEvent,
  RUN_EVENTS,
  type RunEvent,
  type RunEventData,
  TERMINAL,
} from './os/events/event.ts';
export type { Json, JsonObject } from './os/json.ts';
export { fold, foldAll } from './os/kernel/fold.ts';
export type { RunState } from './os/kernel/state.ts';
export { recordOf } from './os/kernel/steps.ts';
export type { RunInput } from './os/runs/input.ts';
export type { Denial, PendingIntervention, RunOutcome, Spent } from './os/runs/outcome.ts';
export type { Difference } from './os/runs/recording.ts';
export type { ReplayReport } from './os/runs/replay-run.ts';
export type { OpDetail, RunDetail, RunSummary, VisitDetail } from './os/runs/summary.ts';
export type { Finding } from './os/skills/finding.ts';
export type { ArtifactType, Edge, Permissions, Phase, Skill, Step } from './os/skills/skill.ts';
export { type OpenOptions, openReyn } from './reyn.ts';
