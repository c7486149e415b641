import { type Json, sameJson, sha256 } from '../../os/json.ts';
import type { Grant } from '../../os/permissions/grant.ts';
import type { SavedGrants } from '../../os/permissions/saved.ts';
import type { Opened } from '../../os/skills/catalog.ts';

/**
 * What becomes of saved grants when another version is put in place of a skill.
 *
 *  - H1 Unexpired grants of the version that goes are carried over where both have the same permissions and the same
 *    code, byte for byte. What an instruction says differently asks for nothing that was not looked at.
 *  - H2 Grants that the version that comes has from an earlier time do not count again by themselves: those that H1 does
 *    not allow anyhow are taken back.
 */
export type GrantChange = { readonly carry: readonly Grant[]; readonly takeBack: readonly Grant[] };

export type Pair = { readonly skill: string; readonly from: string; readonly to: string; readonly sameReach: boolean };

export function grantChange(all: readonly Grant[], { skill, from, to, sameReach }: Pair, now: number): GrantChange {
  const of = (fingerprint: string) =>
    all.filter(
      (grant) => grant.skill === skill && grant.fingerprint === fingerprint && Date.parse(grant.expires) > now,
    );
  const allowed = sameReach ? of(from) : [];
  const there = of(to);
  return {
    carry: allowed.filter((grant) => !there.some((other) => isSame(grant, other))),
    takeBack: there.filter((grant) => !allowed.some((other) => isSame(grant, other))),
  };
}

/** Keeps grants for another version too, until they would have expired anyhow. @returns the ids they have there. */
export async function carryGrants(
  grants: Pick<SavedGrants, 'list' | 'save'>,
  ids: readonly string[],
  to: string,
): Promise<readonly string[]> {
  const carried: string[] = [];
  for (const { granted: _, expires, ...grant } of grants.list().filter(({ id }) => ids.includes(id))) {
    // the id follows from what is carried where: doing it again after a crash changes nothing
    const { id } = await grants.save(
      { ...grant, id: sha256(`${grant.id} ${to}`).slice(0, 20), fingerprint: to },
      expires,
    );
    carried.push(id);
  }
  return carried;
}

/** A grant as whoever approves a change is shown it. */
export function showGrant({ need, resource, scope, who, expires }: Grant): string {
  const below = scope === 'subtree' ? ' and below' : '';
  return `${need} of ${resource}${below}, allowed by ${who} until ${expires.slice(0, 10)}`;
}

/** Whether two versions declare the same and run the same code. */
export function hasSameReach(a: Opened, b: Opened): boolean {
  if (!sameJson(a.skill.permissions as unknown as Json, b.skill.permissions as unknown as Json)) return false;
  return sameJson(codeOf(a), codeOf(b));
}

/** Digests of all that runs of a skill: steps, scripts, and modules beside them. */
function codeOf({ skill, source }: Opened): Record<string, string> {
  const named = new Set(
    Object.keys(skill.code).map((file) => (file.startsWith('../') ? file.slice(3) : `steps/${file}`)),
  );
  const isCode = (file: string) => named.has(file) || /^(?:steps|scripts)\//.test(file);
  return Object.fromEntries(
    [...source.files].filter(([file]) => isCode(file)).map(([file, bytes]) => [file, sha256(bytes)]),
  );
}

function isSame(a: Grant, b: Grant): boolean {
  const of = ({ need, op, resource, scope, pin }: Grant) => JSON.stringify([need, op, resource, scope, pin]);
  return of(a) === of(b);
}
