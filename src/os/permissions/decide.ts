import type { PolicyRule } from '../config/config.ts';
import { EVENTS } from '../indexed-source.ts';
import { hostRefusal } from '../network/url.ts';
import { visible } from '../visible.ts';
import { canonicalPath, foldText, isRefusal, parseLocation } from '../workspace/location.ts';
import type { Bound, Decision, DecisionContext, PermissionAnswer } from './decision.ts';
import { declaredFor, isDeclared } from './declared.ts';
import { covers, namesSkills } from './grant.ts';
import type { Need } from './need.ts';
import { allows, denies } from './pattern.ts';
import { type ClosedPlace, protectionOf } from './protections.ts';
import { type Target, targetOf } from './target.ts';
import { byZone } from './zones.ts';

export type { Bound, Decision, DecisionContext, PermissionAnswer };

type Stage = (target: Target, context: DecisionContext) => Decision | undefined;

/** In the order in which they have the word. */
export const STAGES: readonly { readonly name: string; readonly stage: Stage }[] = [
  { name: 'declared', stage: outsideDeclared },
  { name: 'bounds', stage: outsideBounds },
  { name: 'protections', stage: protectedPlace },
  { name: 'deny rules', stage: byDenyRule },
  { name: 'zones', stage: byZone },
  { name: 'allow rules', stage: byAllowRule },
  { name: 'grants', stage: byGrant },
  { name: 'answers', stage: byAnswer },
];

/**
 * Whether an op may have what it needs. Pure, and the only place where this is decided.
 *
 *  - A1 Declared first: what skill.md does not declare is denied, whoever would allow it; in a sub-run also what a run
 *    above it does not declare.
 *  - A2 Then the first allow or deny wins: protections, deny rules, zones that allow, allow rules, saved grants, this
 *    run's answers; else a person is asked. Nothing after a protection can open it.
 *  - A3 What cannot be understood is denied: a path that is refused, a deny rule whose pattern cannot be read (it may
 *    have meant this).
 *  - A4 Deny compares folded text and covers all below; allow compares exactly.
 *  - A5 What has expired does not count, except where it denies.
 */
export function decide(need: Need, context: DecisionContext): Decision {
  const target = targetOf(need);
  if ('refused' in target) return { verdict: 'deny', by: 'path', reason: target.refused };
  for (const { stage } of STAGES) {
    const decision = stage(target, context);
    if (decision !== undefined) return decision;
  }
  return { verdict: 'ask', by: 'zone ask', reason: whyAsked(target, context) };
}

function whyAsked({ need, resource }: Target, context: DecisionContext): string {
  const { skill, fingerprint, grants } = context;
  if (need.kind === 'skill.write') return whyAsPerson(need);
  const declared = `The skill "${skill}" declares it, but nobody has allowed it yet.`;
  const about = grants.filter((grant) => grant.skill === skill && grant.need === need.kind);
  if (need.kind === 'mcp' && about.some((grant) => grant.pin !== need.pin)) {
    return `${declared} The tools of the server "${visible(need.server)}" are not those that were allowed.`;
  }
  if (about.some((grant) => grant.fingerprint !== fingerprint && grant.resource === resource)) {
    return `${declared} It was allowed to another version of the skill.`;
  }
  return declared;
}

function whyAsPerson({ skill, standing }: Extract<Need, { kind: 'skill.write' }>): string {
  const name = visible(skill);
  if (standing?.proof !== 'pass') return `No receipt of PASS from this project is about this change of "${name}".`;
  const proved = `It is proved: a receipt of PASS is about exactly this change of "${name}".`;
  return standing.widens
    ? `${proved} But it loosens what the skill is held to.`
    : `${proved} A person has the last word.`;
}

function outsideDeclared({ need, resource }: Target, { skill, permissions }: DecisionContext): Decision | undefined {
  if (isDeclared(need, permissions)) return undefined;
  const declared = declaredFor(need.kind, permissions);
  const instead = declared.length === 0 ? 'nothing' : declared.map((text) => `"${visible(text)}"`).join(', ');
  return {
    verdict: 'deny',
    by: 'declared',
    reason: `The skill "${skill}" does not declare ${need.kind} of "${visible(resource)}"; its permissions declare ${instead}.`,
  };
}

/** Running a skill further down does nothing by itself: what that does is held to the same bounds. */
function outsideBounds({ need, resource }: Target, { skill, bounds }: DecisionContext): Decision | undefined {
  if (need.kind === 'skill.run') return undefined;
  const bound = bounds.find(({ permissions }) => !isDeclared(need, permissions));
  if (bound === undefined) return undefined;
  return {
    verdict: 'deny',
    by: `bound ${bound.skill}`,
    reason: `"${skill}" runs for the skill "${bound.skill}", which does not declare ${need.kind} of "${visible(resource)}" itself.`,
  };
}

function protectedPlace({ need, location, resource }: Target, { closed }: DecisionContext): Decision | undefined {
  if (need.kind === 'index' && need.source === EVENTS) {
    return {
      verdict: 'deny',
      by: 'protection events',
      reason: `The source "${EVENTS}" is the log itself: it is searched, never written or dropped. No rule or answer opens it.`,
    };
  }
  if (need.kind === 'net') {
    if (need.engine === true) return undefined; // its address comes from the operator
    const refusal = hostRefusal(need.host);
    if (refusal === undefined) return undefined;
    return { verdict: 'deny', by: 'protection network', reason: `${refusal}. No rule or answer opens it.` };
  }
  if (need.kind === 'skill.write') return protectedSkill(need, closed);
  if (location === undefined) return undefined;
  const act = need.kind === 'file.write' ? 'write' : 'read';
  const protection = protectionOf(location, act, closed);
  if (protection === undefined) return undefined;
  const how = act === 'write' ? 'cannot be written by a file op' : 'is closed to file ops';
  return {
    verdict: 'deny',
    by: `protection ${protection.id}`,
    reason: `"${resource}" ${how}: ${protection.reason}. No rule or answer opens it.`,
  };
}

/** The place protects a skill, not its name: a copy of one that ships is as open as others. */
function protectedSkill(
  { skill, standing }: Extract<Need, { kind: 'skill.write' }>,
  closed: readonly ClosedPlace[],
): Decision | undefined {
  const location = standing?.dir === undefined ? undefined : parseLocation(standing.dir);
  const protection =
    location === undefined || isRefusal(location) ? undefined : protectionOf(location, 'write', closed);
  if (protection === undefined) return undefined;
  return {
    verdict: 'deny',
    by: `protection ${protection.id}`,
    reason: `The skill "${visible(skill)}" cannot be changed where it is: ${protection.reason}. No rule or answer opens it.`,
  };
}

/** A rule that speaks of a run above speaks of what runs for it, too. */
function byDenyRule(target: Target, context: DecisionContext): Decision | undefined {
  const { skill, bounds, policy } = context;
  const skills = [skill, ...bounds.map((bound) => bound.skill)];
  const at = policy.deny.findIndex(
    (rule) =>
      concerns(rule, target, context) &&
      (rule.skill === undefined || skills.includes(rule.skill)) &&
      (rule.resource === undefined || denies(rule.resource, target)),
  );
  if (at === -1) return undefined;
  const why = policy.deny[at]?.reason;
  return {
    verdict: 'deny',
    by: `deny rule ${at + 1}`,
    reason: `The operator's deny rule ${at + 1} closes ${target.need.kind} of "${visible(target.resource)}"${why === undefined ? '' : `: ${why}`}.`,
  };
}

function byAllowRule(target: Target, context: DecisionContext): Decision | undefined {
  const { skill, policy, pins, now } = context;
  const { need } = target;
  if (need.kind === 'skill.write') return undefined; // what was not proved is for a person, each time
  // whose tools nobody has looked at is not allowed in general
  if (need.kind === 'mcp' && (need.pin === undefined || pins[need.server] !== need.pin)) return undefined;
  const at = policy.allow.findIndex(
    (rule) =>
      concerns(rule, target, context) &&
      (rule.skill === undefined || rule.skill === skill) &&
      !hasExpired(rule, now) &&
      (rule.resource === undefined ? !isInSkill(target) : reaches(rule.resource, target)),
  );
  if (at === -1) return undefined;
  return { verdict: 'allow', by: `allow rule ${at + 1}`, reason: `The operator's allow rule ${at + 1} opens it.` };
}

function reaches(pattern: string, target: Target): boolean {
  return allows(pattern, target) && (!isInSkill(target) || namesSkills(pattern));
}

/** Whether a write would change a skill, of this project or of one that lies elsewhere. */
function isInSkill({ need, location }: Target): boolean {
  if (need.kind !== 'file.write' || location === undefined || location.root === 'work') return false;
  const names = location.segments.map(foldText);
  return names.some((name, at) => name === 'reyn' && (names[at + 1] === 'project' || names[at + 1] === 'local'));
}

function byGrant(target: Target, context: DecisionContext): Decision | undefined {
  if (target.need.kind === 'skill.write') return undefined;
  const grant = context.grants.find(
    (each) => covers(each, target, context) && (!isInSkill(target) || namesSkills(each.resource)),
  );
  if (grant === undefined) return undefined;
  const until = grant.expires.slice(0, 10);
  return {
    verdict: 'allow',
    by: `grant ${grant.id}`,
    reason: `${visible(grant.who)} allowed it to this version of the skill until ${until}.`,
  };
}

function byAnswer(target: Target, { answers, step }: DecisionContext): Decision | undefined {
  const { need } = target;
  const answer = answers.findLast(
    (each) =>
      each.need === need.kind &&
      (target.location === undefined ? each.resource : canonicalPath(each.resource)) === target.resource &&
      (each.scope === 'run' || each.step === step) &&
      (need.kind !== 'mcp' || !each.allow || each.pin === need.pin),
  );
  if (answer === undefined) return undefined;
  if (!answer.allow) {
    return { verdict: 'deny', by: 'answer', reason: 'A person refused it in this run; it is not asked again.' };
  }
  const once = answer.scope === 'once' ? ' this once' : ' in this run';
  return { verdict: 'allow', by: 'answer', reason: `A person allowed it${once}.` };
}

function concerns(rule: PolicyRule, { need }: Target, { op }: DecisionContext): boolean {
  return (rule.need === undefined || rule.need === need.kind) && (rule.op === undefined || rule.op === op);
}

function hasExpired(rule: PolicyRule, now: number): boolean {
  return rule.expires !== undefined && !(endOfDay(rule.expires) > now);
}

/** A date alone counts to its end, UTC. */
function endOfDay(text: string): number {
  return Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59.999Z` : text);
}
