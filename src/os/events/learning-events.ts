import Type, { type TObject } from 'typebox';
import { count, event, hex, object, optional, text, value, vouched } from './event-parts.ts';

/**
 * Events about versions, evaluations, searches and verdicts. They stand in the project log. What an evaluation, a search
 * or a verification does by itself stands in a log of its own, whose end is named here.
 */

const number = Type.Number();

/** What a set of runs used. */
const used = object({ input: count, output: count, usd: number, ms: count, turns: count });

export const LEARNING_EVENTS = {
  version_saved: event('The folder of a skill was kept as a version, as it was.', {
    skill: text,
    version: count,
    skill_version_hash: hex,
    parent: optional(count),
    reason: text,
    by: text,
  }),
  version_intended: event(
    'A version is about to be put in place of a skill folder. Whoever finds this without what ends it goes on with it.',
    {
      skill: text,
      /** The folder, relative to the project. */
      dir: text,
      from: count,
      to: count,
      from_hash: hex,
      skill_version_hash: hex,
      /** `apply` or `rollback`. */
      what: text,
      reason: text,
      by: text,
      /** The version as the list of versions will have it. */
      entry: value,
      before: optional(number),
      /** Saved grants that are to be carried over. */
      grants: optional(Type.Array(text)),
      /** Who vouches for it: one that another machine brought is not gone on with. */
      vouched,
    },
  ),
  version_dropped: event('A version that was intended was not put in place; the folder stays as somebody left it.', {
    skill: text,
    to: count,
    reason: text,
  }),
  skill_improved: event('A version was put in place of the one before.', {
    skill: text,
    from: count,
    to: count,
    from_hash: hex,
    skill_version_hash: hex,
    reason: text,
    /** Score of the version in its verification, and of the one before. */
    score: optional(number),
    before: optional(number),
    /** `PASS`, or `promoted_unverified` where a person overruled. */
    verdict: optional(text),
    receipt: optional(text),
    /** Saved grants that were carried over. */
    grants: optional(Type.Array(text)),
    by: text,
    run: optional(text),
  }),
  skill_rolled_back: event('An earlier version was put back.', {
    skill: text,
    from: count,
    to: count,
    from_hash: hex,
    skill_version_hash: hex,
    reason: text,
    by: text,
  }),
  eval_started: event('An evaluation began; `id` is that of its own log.', {
    id: text,
    /** `eval`, `search` or `verify`. */
    what: text,
    skill: text,
    skill_version_hash: hex,
    closure: text,
    cases: count,
    sealed: Type.Boolean(),
    by: text,
  }),
  eval_finished: event('An evaluation ended; `head` is the hash of the last line of its own log.', {
    id: text,
    skill: text,
    skill_version_hash: hex,
    outcome: text,
    score: optional(number),
    rows: count,
    head: text,
    usage: used,
  }),
  eval_removed: event('An evaluation is removed by the rule of retention; its log goes after this.', {
    id: text,
    skill: text,
    /** Of its log, where it had ended. */
    head: optional(text),
    rule: text,
    by: text,
  }),
  holdout_locked: event('Cases that nothing but a verification may see were set aside, and what they are judged by.', {
    skill: text,
    lineage: text,
    /** Digest of each case that is set aside, by split; ids stand in no event. */
    train: Type.Array(text),
    dev: Type.Array(text),
    holdout: Type.Array(text),
    scorers: text,
  }),
  verdict_reached: event('A verdict on whether one version of a skill may replace another; it spends alpha.', {
    skill: text,
    lineage: text,
    /** Which verification of this skill and lineage it is since the last PASS, from 1. */
    attempt: count,
    from_hash: hex,
    skill_version_hash: hex,
    verdict: Type.Union([Type.Literal('PASS'), Type.Literal('FAIL'), Type.Literal('INDETERMINATE')]),
    code: text,
    gain: optional(number),
    alpha: number,
    /** Blob of the receipt, whose id is its digest. */
    receipt: text,
    by: text,
    /** Who vouches for it: without this it lets nothing happen by itself. */
    vouched,
  }),
  head_kept: event('The best candidate of a search was kept, for the next search to begin from.', {
    skill: text,
    from_hash: hex,
    skill_version_hash: hex,
    /** Blob of its files. */
    pack: hex,
    score: optional(number),
    search: text,
  }),
  edits_rejected: event('Edits that made a skill no better, for later searches to know of.', {
    skill: text,
    from_hash: hex,
    edits: value,
    reason: text,
    search: text,
  }),
  proposal_made: event('Something was proposed to people; it changes nothing.', {
    id: text,
    kind: text,
    subject: text,
    title: text,
    body: value,
    by: text,
  }),
  state_carried: event('A fact of the state that was brought along, as another machine recorded it.', {
    at: text,
    kind: text,
    fact: value,
    hash: text,
  }),
  state_opened: event('First line of a state file, which carries facts from machine to machine.', {
    id: text,
    form: count,
  }),
  state_written: event('Facts were written to a state file, which had these ends afterwards.', {
    id: text,
    seq: count,
    head: text,
    facts: count,
  }),

  session_opened: event('First event of the log of an evaluation, a search or a verification.', {
    id: text,
    what: text,
    skill: text,
    settings: value,
    /** `verifier` where the cases are sealed. */
    principal: text,
    /** Who vouches for a sealed one: rows of one that another machine began prove nothing. */
    vouched,
  }),
  case_scored: event('One run of one case was scored.', {
    key: text,
    case: text,
    closure: text,
    skill_version_hash: hex,
    seed: count,
    model: text,
    score: number,
    pass: Type.Boolean(),
    status: text,
    checks: value,
    run: optional(text),
    /** Hash of the last event of the run, which the log of the evaluation names nowhere else. */
    head: optional(text),
    error: optional(text),
    usage: used,
    feedback: optional(value),
    /** The evaluation it was taken over from, where it was run. */
    from: optional(text),
  }),
  search_stepped: event('A step of a search: what its engine was told. Its state is the fold of these.', {
    search: text,
    step: value,
  }),
} as const satisfies Record<string, TObject>;
