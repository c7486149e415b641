import { foldText, isRefusal, parseLocation } from '../workspace/location.ts';
import { matchesArgv, wordsOf } from './argv.ts';
import type { NeedKind } from './need.ts';
import type { Target } from './target.ts';

/**
 * What a person allowed one version of one skill for later runs too. Bound to the fingerprint: another version asks
 * again.
 */
export type Grant = {
  readonly id: string;
  readonly skill: string;
  /** Fingerprint of the version. */
  readonly fingerprint: string;
  readonly need: NeedKind;
  /** Only for this kind of op; absent = for every op with such a need. */
  readonly op?: string;
  /** The canonical resource; for `subtree` the folder, the domain, or the first words of the command. */
  readonly resource: string;
  readonly scope: 'exact' | 'subtree';
  /** Of an MCP server's tools as they were. */
  readonly pin?: string;
  /** ISO 8601. */
  readonly granted: string;
  readonly expires: string;
  readonly who: string;
  /** What the person said about it. */
  readonly words?: string;
};

/** Whether a grant is about this version of the skill, this op and this resource, and still counts at `now` (ms). */
export function covers(
  grant: Grant,
  target: Target,
  asking: { readonly skill: string; readonly fingerprint: string; readonly op: string; readonly now: number },
): boolean {
  if (grant.skill !== asking.skill || grant.fingerprint !== asking.fingerprint) return false;
  if (grant.need !== target.need.kind || (grant.op !== undefined && grant.op !== asking.op)) return false;
  if (!(Date.parse(grant.expires) > asking.now)) return false;
  if (target.need.kind === 'mcp' && grant.pin !== target.need.pin) return false;
  return grant.scope === 'exact' ? grant.resource === target.resource : isWithin(grant.resource, target);
}

/** Whether a resource lies within the part of the world that a subtree names. */
export function isWithin(subtree: string, { need, resource, location }: Target): boolean {
  if (location !== undefined) {
    const top = parseLocation(subtree);
    if (isRefusal(top) || top.root !== location.root) return false;
    return (
      top.segments.length < location.segments.length && top.segments.every((part, at) => part === location.segments[at])
    );
  }
  if (need.kind === 'net') return resource === subtree || resource.endsWith(`.${subtree}`);
  if (need.kind === 'exec') return matchesArgv([...(wordsOf(subtree) ?? []), '**'], need.argv);
  if (need.kind === 'mcp') return need.server === subtree;
  return false;
}

/** What `subtree` would mean for a resource; `undefined` where there is no such thing, or it would be everything. */
export function subtreeOf({ need, location }: Target): string | undefined {
  if (location !== undefined) {
    if (location.segments.length < 2) return undefined;
    const folder = location.segments.slice(0, -1).join('/');
    return location.root === 'outside' ? `/${folder}` : folder;
  }
  return need.kind === 'mcp' ? need.server : undefined;
}

/**
 * Grants and rules that name no skill folder do not reach into one: who allows a whole project has not thought of the
 * skills in it, which decide what later runs may do.
 */
export function namesSkills(pattern: string): boolean {
  return /(^|\/)reyn\//.test(foldText(pattern));
}
