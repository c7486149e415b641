import type { Config, PolicyRule } from '../config/config.ts';
import { EVENTS } from '../indexed-source.ts';
import type { Permissions } from '../skills/skill.ts';
import { visible } from '../visible.ts';
import { compileGlob, isGlobProblem } from '../workspace/glob.ts';
import {
  canonicalPath,
  globParts,
  isRefusal,
  type Location,
  parseLocation,
  showLocation,
} from '../workspace/location.ts';
import { declaredFor, isDeclared } from './declared.ts';
import { type Need, resourceOf } from './need.ts';
import { protectionOf } from './protections.ts';

/**
 * Whether an op may have what it needs. Pure, and the only place where this is decided.
 *
 *  - A1 Declared first: what skill.md does not declare is denied, whoever would allow it; in a sub-run also what a run
 *    above it does not declare.
 *  - A2 Then the first allow or deny wins: protections, deny rules, zones that allow, allow rules, this run's answers;
 *    else a person is asked. Nothing after a protection can open it.
 *  - A3 What cannot be understood is denied: a path that is refused, a deny rule whose pattern cannot be read (it may
 *    have meant this).
 *  - A4 Deny compares folded text and covers all below; allow compares exactly.
 */
export type Decision = {
  readonly verdict: 'allow' | 'deny' | 'ask';
  /** What decided: `declared`, `bound <skill>`, `path`, `protection <id>`, `deny rule <n>`, `zone <name>`, `allow rule <n>`, `answer`. */
  readonly by: string;
  /** A sentence that a person and the model can act on. */
  readonly reason: string;
};

export type DecisionContext = {
  readonly skill: string;
  /** What the skill declares. */
  readonly permissions: Permissions;
  /** What the runs above declare, when this is a sub-run. */
  readonly bounds: readonly Bound[];
  readonly policy: Config['policy'];
  /** What people answered in this run; `resource` as in the need that was asked for. */
  readonly answers: readonly { readonly need: string; readonly resource: string; readonly allow: boolean }[];
  /** SHA-256 of the values the present frame named. */
  readonly blobs: ReadonlySet<string>;
};

/** A run above: the sub-runs it starts do nothing that it does not declare itself, unless it delegates to them. */
export type Bound = { readonly skill: string; readonly permissions: Permissions };

export function decide(need: Need, context: DecisionContext): Decision {
  const target = targetOf(need);
  if ('refused' in target) return { verdict: 'deny', by: 'path', reason: target.refused };
  return (
    outsideDeclared(need, target, context) ??
    outsideBounds(need, target, context) ??
    protectedPlace(need, target) ??
    byDenyRule(need, target, context) ??
    byZone(need, target, context) ??
    byAllowRule(need, target, context) ??
    byAnswer(need, target, context) ?? {
      verdict: 'ask',
      by: 'zone ask',
      reason: `${need.kind} of "${visible(target.resource)}" is declared by the skill "${context.skill}" but not yet allowed.`,
    }
  );
}

/** What a need is about: the canonical resource, and for files where it lies. */
type Target = { readonly resource: string; readonly location?: Location };

function targetOf(need: Need): Target | { readonly refused: string } {
  if (need.kind !== 'file.read' && need.kind !== 'file.write') return { resource: resourceOf(need) };
  const location = parseLocation(need.path);
  return isRefusal(location) ? location : { resource: showLocation(location), location };
}

function outsideDeclared(need: Need, target: Target, { skill, permissions }: DecisionContext): Decision | undefined {
  if (isDeclared(need, permissions)) return undefined;
  const declared = declaredFor(need.kind, permissions);
  const instead = declared.length === 0 ? 'nothing' : declared.map((text) => `"${visible(text)}"`).join(', ');
  return {
    verdict: 'deny',
    by: 'declared',
    reason: `The skill "${skill}" does not declare ${need.kind} of "${visible(target.resource)}"; its permissions declare ${instead}.`,
  };
}

/** Running a skill further down does nothing by itself: what that does is held to the same bounds. */
function outsideBounds(need: Need, target: Target, { skill, bounds }: DecisionContext): Decision | undefined {
  if (need.kind === 'skill.run') return undefined;
  const bound = bounds.find(({ permissions }) => !isDeclared(need, permissions));
  if (bound === undefined) return undefined;
  return {
    verdict: 'deny',
    by: `bound ${bound.skill}`,
    reason: `"${skill}" runs for the skill "${bound.skill}", which does not declare ${need.kind} of "${visible(target.resource)}" itself.`,
  };
}

function protectedPlace(need: Need, { location, resource }: Target): Decision | undefined {
  if (need.kind === 'index' && need.source === EVENTS) {
    return {
      verdict: 'deny',
      by: 'protection events',
      reason: `The source "${EVENTS}" is the log itself: it is searched, never written or dropped. No rule or answer opens it.`,
    };
  }
  if (location === undefined) return undefined;
  const act = need.kind === 'file.write' ? 'write' : 'read';
  const protection = protectionOf(location, act);
  if (protection === undefined) return undefined;
  const closed = act === 'write' ? 'cannot be written by a file op' : 'is closed to file ops';
  return {
    verdict: 'deny',
    by: `protection ${protection.id}`,
    reason: `"${resource}" ${closed}: ${protection.reason}. No rule or answer opens it.`,
  };
}

function byDenyRule(need: Need, target: Target, { skill, policy }: DecisionContext): Decision | undefined {
  const at = policy.deny.findIndex((rule) => concerns(rule, need, skill) && denies(rule, target));
  if (at === -1) return undefined;
  return {
    verdict: 'deny',
    by: `deny rule ${at + 1}`,
    reason: `The operator's deny rule ${at + 1} closes ${need.kind} of "${visible(target.resource)}".`,
  };
}

/** Zones that need no leave beyond the declaration. Blobs are open only where the frame named them. */
function byZone(need: Need, { location }: Target, { skill, blobs }: DecisionContext): Decision | undefined {
  if (need.kind === 'skill.run') {
    return {
      verdict: 'allow',
      by: 'zone skills',
      reason: `The skill "${skill}" declares that it runs "${need.skill}".`,
    };
  }
  if (need.kind === 'recall' || need.kind === 'index') {
    return {
      verdict: 'allow',
      by: 'zone index',
      reason: `The skill "${skill}" declares ${need.kind} of "${need.source}", and nothing outside the store is touched.`,
    };
  }
  switch (location?.root) {
    case 'work':
      return { verdict: 'allow', by: 'zone work', reason: 'It is the work folder of this run.' };
    case 'blob':
      return need.kind === 'file.read' && blobs.has(location.segments[0] ?? '')
        ? { verdict: 'allow', by: 'zone blobs', reason: 'The present frame names this value.' }
        : {
            verdict: 'deny',
            by: 'zone blobs',
            reason: 'Only values that the present frame names can be read, and none written.',
          };
    case 'project':
      return need.kind === 'file.read'
        ? { verdict: 'allow', by: 'zone project', reason: 'It is an ordinary project file.' }
        : undefined;
    case undefined:
      return undefined;
  }
}

function byAllowRule(need: Need, target: Target, { skill, policy }: DecisionContext): Decision | undefined {
  const at = policy.allow.findIndex((rule) => concerns(rule, need, skill) && allows(rule, target));
  if (at === -1) return undefined;
  return { verdict: 'allow', by: `allow rule ${at + 1}`, reason: `The operator's allow rule ${at + 1} opens it.` };
}

function byAnswer(need: Need, target: Target, { answers }: DecisionContext): Decision | undefined {
  const answer = answers.findLast(
    ({ need: kind, resource }) =>
      kind === need.kind && (target.location === undefined ? resource : canonicalPath(resource)) === target.resource,
  );
  if (answer === undefined) return undefined;
  return answer.allow
    ? { verdict: 'allow', by: 'answer', reason: 'A person allowed it in this run.' }
    : { verdict: 'deny', by: 'answer', reason: 'A person refused it in this run; it is not asked again.' };
}

function concerns(rule: PolicyRule, need: Need, skill: string): boolean {
  return rule.need === need.kind && (rule.skill === undefined || rule.skill === skill);
}

function denies({ resource }: PolicyRule, target: Target): boolean {
  if (resource === undefined) return true;
  if (target.location === undefined) return resource === target.resource;
  const glob = compileGlob(resource, true);
  return isGlobProblem(glob) || glob.covers(globParts(target.location));
}

function allows({ resource }: PolicyRule, target: Target): boolean {
  if (resource === undefined) return true;
  if (target.location === undefined) return resource === target.resource;
  const glob = compileGlob(resource);
  return !isGlobProblem(glob) && glob.matches(globParts(target.location));
}
