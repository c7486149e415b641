import type { JsonObject } from '../json.ts';
import type { Op } from '../ops/op.ts';
import { type Decision, decide } from '../permissions/decide.ts';
import { subtreeOf } from '../permissions/grant.ts';
import { type Need, resourceOf } from '../permissions/need.ts';
import { targetOf } from '../permissions/target.ts';
import { visible } from '../visible.ts';
import { contextOf, type Request } from './decided-in.ts';
import { question, questionId } from './intervene.ts';

import type { Drive } from './ports.ts';
import type { DeniedRecord, Intervention } from './state.ts';

/** What decided where nobody could be asked; such a request is not put again in the run. */
const NOBODY = 'nobody to ask';

/** Questions a person can give thought to: beyond so many in a minute the run waits instead of asking on. */
const AT_ONCE = 20;
const MINUTE = 60_000;

export type Asked = {
  readonly need: Need;
  readonly decision: Decision;
  /** What a write would change. */
  readonly preview: () => Promise<JsonObject>;
};

/**
 * Asks a person for leave. The question says who wants what and why, and of a write what it changes. An answer for
 * later runs too is saved as a grant, also when a crash came in between.
 * @returns the decision with the answer; `undefined` when the run has to wait.
 */
export async function askLeave(
  drive: Drive,
  op: Pick<Op, 'kind'>,
  request: Request,
  { need, decision, preview }: Asked,
): Promise<Decision | undefined> {
  const resource = resourceOf(need);
  const nobody = { verdict: 'deny', by: NOBODY, reason: `${decision.reason} Nobody was there to ask.` } as const;
  const same = (denied: DeniedRecord) => denied.need === need.kind && denied.resource === resource;
  if (drive.state().denied.some((denied) => denied.by === NOBODY && same(denied))) return nobody;
  const { skill, phase } = { skill: drive.skill.name, phase: drive.state().phase };
  const about = {
    need: need.kind,
    resource,
    op: op.kind,
    skill,
    phase,
    why: decision.reason,
    args: request.args,
    ...(need.kind === 'mcp' && need.pin !== undefined ? { pin: need.pin } : {}),
  };
  const id = questionId(drive.state().run, request.step, { kind: 'permission', text: '', about });
  const known = drive.state().interventions[id];
  const answer = await question(drive, {
    step: request.step,
    kind: 'permission',
    text: `May ${skill} use ${op.kind} on ${visible(resource)}? ${decision.reason}`,
    choices: choicesFor(need, drive.ports.grants.canSave),
    about: known === undefined ? { ...about, ...(await preview()) } : (known.about as JsonObject),
    quietly: isTired(drive),
  });
  if (answer === 'waits') return undefined;
  if (answer === 'nobody') return nobody;
  await keep(drive, id, need);
  return decide(need, contextOf(drive, op, request));
}

/** Choices by how far they reach; the terminal explains them. */
function choicesFor(need: Need, canSave: boolean): readonly string[] {
  if (need.kind === 'skill.write') return ['once', 'deny']; // it is about this change, and no other
  if (!canSave) return ['allow', 'once', 'deny'];
  const target = targetOf(need);
  const below = 'refused' in target ? undefined : subtreeOf(target);
  return ['allow', 'once', 'always', ...(below === undefined ? [] : ['below']), 'deny'];
}

/** Whether so much was asked within the last minute that nobody can be reading it any more. */
function isTired(drive: Drive): boolean {
  const since = drive.ports.now() - MINUTE;
  const asked = Object.values(drive.state().interventions).filter(
    ({ kind, opened }) => kind === 'permission' && Date.parse(opened) > since,
  );
  return asked.length >= AT_ONCE;
}

/**
 * Saves the grant that the answer to a question of this step stands for, where it was given while nobody drove the run,
 * or the process that got it died.
 */
export async function keepAnswer(drive: Drive, { step }: Pick<Request, 'step'>, need: Need): Promise<void> {
  const about = { need: need.kind, resource: resourceOf(need) };
  await keep(drive, questionId(drive.state().run, step, { kind: 'permission', text: '', about }), need);
}

/** Saves the grant that an answer stands for. Its id follows from the question, so that doing it again changes nothing. */
async function keep(drive: Drive, id: string, need: Need): Promise<void> {
  const asked: Intervention | undefined = drive.state().interventions[id];
  const target = targetOf(need);
  if (asked === undefined || 'refused' in target || (asked.answer !== 'always' && asked.answer !== 'below')) return;
  const below = asked.answer === 'below' ? subtreeOf(target) : undefined;
  const { skill, fingerprint } = contextOf(drive, { kind: '' }, { step: '', named: new Set() });
  await drive.ports.grants.save({
    id,
    skill,
    fingerprint,
    need: need.kind,
    resource: below ?? target.resource,
    scope: below === undefined ? 'exact' : 'subtree',
    ...(need.kind === 'mcp' && need.pin !== undefined ? { pin: need.pin } : {}),
    who: asked.who ?? drive.ports.who,
    ...(asked.words === undefined ? {} : { words: asked.words }),
  });
}
