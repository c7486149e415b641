import { canonicalJson, digest, type Json, sha256, sizeOf } from '../json.ts';
import type { Candidate, Frame, OpOffer, Section, Violation } from '../models/port.ts';
import type { Phase, Skill } from '../skills/skill.ts';
import type { OpCall, RunState, Typed } from './state.ts';
import { recordOf, type StepRecord } from './steps.ts';

/** Values longer than this (by `sizeOf`) are shown as a preview and named as `blob:<sha256>`. */
const INLINE = 8192;
const PREVIEW = 1024;

/** A value too long to show whole, named by the frame; the blob must exist before the model may read it. */
export type NamedBlob = { readonly sha256: string; readonly text: string };

export type FrameInput = {
  readonly skill: Skill;
  readonly phase: Phase;
  readonly state: RunState;
  readonly input: Typed;
  readonly candidates: readonly Candidate[];
  readonly ops: readonly OpOffer[];
  readonly language: string | undefined;
  /** The op that opens blobs, when the phase may use it; otherwise everything is shown whole. */
  readonly opener: string | undefined;
  /** Act turns left in this visit. */
  readonly actsLeft: number;
  readonly turnsLeft: number;
};

/**
 * Everything the model sees at one turn. Made anew from state and skill each time, so it is never stored: the log keeps
 * its digest, and the same state and skill give the same frame for ever. Sections go from stable to changing so that a
 * provider's prompt cache hits.
 */
export function buildFrame(from: FrameInput): { readonly frame: Frame; readonly named: readonly NamedBlob[] } {
  const { skill, phase, state, input } = from;
  const system = systemSections(skill, phase, from.language);
  const shown = showInput(input, from.opener);
  const user = [
    shown.section,
    ...finishSection(skill, from.candidates),
    ...pathSection(state),
    ...resultsSection(state),
    budgetSection(from),
    ...rejectedSection(state.visit.rejected),
  ];
  const frame = {
    phase: phase.name,
    visit: state.visits[phase.name] ?? 1,
    turn: state.visit.turns + 1,
    attempt: state.visit.rejected.length + 1,
    modelClass: phase.modelClass,
    system,
    user,
    candidates: from.candidates,
    ops: from.ops,
    input,
    results: results(state),
  };
  return { frame: { ...frame, request: requestDigest(frame) }, named: shown.named };
}

const stableTexts = new WeakMap<object, string>();

/** Canonical text of an object that is shared by all frames of a skill; computed once. */
function stable(value: object): string {
  let text = stableTexts.get(value);
  if (text === undefined) {
    text = canonicalJson(value as Json);
    stableTexts.set(value, text);
  }
  return text;
}

const stableDigests = new WeakMap<object, string>();

/** Digest of an object that is shared by all frames of a skill; computed once. */
function stableDigest(value: object): string {
  const own = stableDigests.get(value) ?? digest(stable(value));
  stableDigests.set(value, own);
  return own;
}

/** Digest over everything a model sees; of the objects that frames share it is made once. */
export function requestDigest(frame: Omit<Frame, 'request'>): string {
  const changing = frame.user.map(({ name, text }) => `${name}\n${text}`);
  const shared = [frame.system, ...frame.candidates, ...frame.ops].map(stableDigest);
  return digest([...shared, ...changing].join('\0'));
}

const systems = new WeakMap<Phase, Map<string, readonly Section[]>>();

function systemSections(skill: Skill, phase: Phase, language: string | undefined): readonly Section[] {
  const byLanguage = systems.get(phase) ?? new Map<string, readonly Section[]>();
  systems.set(phase, byLanguage);
  const key = language ?? '';
  const known = byLanguage.get(key);
  if (known !== undefined) return known;
  const sections: Section[] = [
    {
      name: 'Your task',
      text: `You carry out one phase, "${phase.name}", of a larger piece of work: ${skill.description}\nRead the input and the instructions, then choose exactly one of the edges offered, with the artifact it asks for. Nothing outside the edges and ops offered is accepted.`,
    },
    ...(phase.role === undefined ? [] : [{ name: 'Role', text: phase.role }]),
    { name: 'Instructions', text: phase.instructions },
    ...(language === undefined ? [] : [{ name: 'Language', text: `Write every text for people in: ${language}` }]),
  ];
  byLanguage.set(key, sections);
  return sections;
}

function showInput(input: Typed, opener: string | undefined): { section: Section; named: readonly NamedBlob[] } {
  const text = shownText(input.artifact);
  const name = `Input (${input.type})`;
  const named = opener === undefined ? [] : namedBlobs(input);
  const [blob] = named;
  if (blob === undefined) return { section: { name, text }, named };
  const end = `… ${blob.text.length} characters in all; ${opener} opens the whole as "blob:${blob.sha256}"`;
  return { section: { name, text: `${text.slice(0, PREVIEW).toWellFormed()}\n${end}` }, named };
}

const shownTexts = new WeakMap<object, string>();

/** A value as frames show it; made once for an object, which stays the same through a visit. */
function shownText(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const text = shownTexts.get(value) ?? JSON.stringify(value, null, 1);
  shownTexts.set(value, text);
  return text;
}

/** The values a frame over this input names instead of showing them: the input itself when it is long. */
export function namedBlobs(input: Typed): readonly NamedBlob[] {
  if (sizeOf(input.artifact) <= INLINE) return [];
  const text = JSON.stringify(input.artifact);
  return [{ sha256: sha256(text), text }];
}

function finishSection(skill: Skill, candidates: readonly Candidate[]): readonly Section[] {
  if (skill.finishCriteria.length === 0 || !candidates.some((candidate) => candidate.kind === 'finish')) return [];
  return [{ name: 'Finish criteria', text: skill.finishCriteria.map((line) => `- ${line}`).join('\n') }];
}

function pathSection(state: RunState): readonly Section[] {
  if (state.path.length === 0) return [];
  const lines = state.path.map(
    ({ from, to, reason }) => `- ${from} → ${to}${reason === undefined ? '' : `: ${reason}`}`,
  );
  return [{ name: 'Path so far', text: lines.join('\n') }];
}

function resultsSection(state: RunState): readonly Section[] {
  const calls = [...state.visit.earlier, ...state.visit.ops];
  if (calls.length === 0) return [];
  const lines = calls.map((call, i) => `${i + 1}. ${settledText(call, recordOf(state.steps, call.step))}`);
  return [{ name: 'Results of your ops in this visit', text: lines.join('\n') }];
}

function results(state: RunState): readonly Json[] {
  return [...state.visit.earlier, ...state.visit.ops].map((call) => {
    const record = recordOf(state.steps, call.step);
    return record?.status === 'done' ? (record.result ?? null) : null;
  });
}

const settledTexts = new WeakMap<StepRecord, string>();

/** What an op was and what came of it; made once, because it is in every later frame of the visit. */
function settledText(call: OpCall, record: StepRecord | undefined): string {
  const known = record === undefined ? undefined : settledTexts.get(record);
  if (known !== undefined) return known;
  const text = `${call.kind} ${JSON.stringify(call.args)}\n${resultText(call, record)}`;
  if (record !== undefined) settledTexts.set(record, text);
  return text;
}

function resultText(call: OpCall, record: StepRecord | undefined): string {
  switch (record?.status) {
    case 'done':
      return `   ok: ${record.result === undefined ? 'done' : JSON.stringify(record.result)}`;
    case 'failed':
      return `   failed (${record.code}): ${record.message}`;
    case 'denied':
      return `   denied: ${record.reason} Do not ask for ${call.kind} on it again in this run.`;
    default:
      return '   not done';
  }
}

function budgetSection({ actsLeft, turnsLeft, ops }: FrameInput): Section {
  const acts =
    ops.length === 0
      ? 'No ops may be asked for now: choose an edge.'
      : `Turns with ops left in this visit: ${actsLeft}.`;
  return { name: 'Budget', text: `${acts} Turns left in the run: ${turnsLeft}.` };
}

/** What was wrong with the attempts before; nothing where there were none. */
export function rejectedSection(rejected: readonly Violation[]): readonly Section[] {
  if (rejected.length === 0) return [];
  const lines = rejected.map(({ code, message }, i) => `${i + 1}. ${code}: ${message}`);
  return [{ name: 'Rejected attempts at this turn', text: lines.join('\n') }];
}
