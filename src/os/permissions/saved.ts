import type { Clock } from '../clock.ts';
import { UserError } from '../errors.ts';
import { PROJECT_EVENTS, type ProjectEvent } from '../events/event.ts';
import type { Store } from '../events/port.ts';
import { canonicalJson, type Json, type JsonObject } from '../json.ts';
import type { Redactor } from '../secrets/port.ts';
import { misfits } from '../shape.ts';
import type { Signer } from '../signing.ts';
import type { Grant } from './grant.ts';

/**
 * Saved grants: a fold over the project log.
 *
 *  - G1 A grant counts only while its signature holds under a key of this machine's user. A project that comes from
 *    elsewhere may bring a log, and cannot bring leave.
 *  - G2 A revocation counts whoever wrote it, and for good: the same grant written into the log again stays revoked.
 *  - G3 A line that is not of its type's shape is no grant, and hinders none.
 */
export type SavedGrants = {
  /** Those that are signed and not revoked; expired ones too. */
  list(): readonly Grant[];
  /** Whether there is a key to sign with. */
  readonly canSave: boolean;
  /** Everything the log says of grants, for people. */
  all(): readonly GrantRecord[];
  /** Signs and keeps a grant, durably; one of that id that is kept already is left as it is. */
  save(grant: Omit<Grant, 'granted' | 'expires'>, expires?: string): Promise<Grant>;
  /** @throws UserError `not_found`. */
  revoke(id: string, why: string, who: string): Promise<Grant>;
};

export type GrantRecord = {
  readonly grant: Grant;
  readonly state: 'counts' | 'expired' | 'revoked' | 'foreign';
  /** Why it was revoked, and by whom. */
  readonly revoked?: { readonly why: string; readonly who: string; readonly at: string };
};

export type SavedGrantsOptions = {
  /** The project, absolute and without links: what is signed in one counts in no other. */
  readonly root: string;
  readonly store: () => Store;
  readonly signer: Signer;
  /** A grant is signed as it is kept, so secrets are taken out of it before. */
  readonly redact: Redactor;
  readonly clock: Clock;
  /** How long a grant counts that says nothing else. */
  readonly days: number;
};

const DAY = 86_400_000;

export function openSavedGrants({ root, store, signer, redact, clock, days }: SavedGrantsOptions): SavedGrants {
  let folded: { readonly of: readonly ProjectEvent[]; readonly records: readonly Kept[] } = { of: [], records: [] };

  function records(): readonly Kept[] {
    const events = store().facts('grant_');
    if (events.length !== folded.of.length) folded = { of: events, records: foldGrants(events, signer, root) };
    return folded.records;
  }

  const counting = () =>
    records().flatMap(({ grant, isSigned, revoked }) => (isSigned && revoked === undefined ? [grant] : []));

  return {
    list: counting,
    canSave: signer.canSign,
    all: () =>
      records().map(({ grant, isSigned, revoked }) => {
        const expired = !(Date.parse(grant.expires) > clock.now());
        const state = !isSigned ? 'foreign' : revoked !== undefined ? 'revoked' : expired ? 'expired' : 'counts';
        return { grant, state, ...(revoked === undefined ? {} : { revoked }) };
      }),
    save: async (given, expires) => {
      const known = records().find(({ grant, isSigned }) => grant.id === given.id && isSigned);
      if (known !== undefined) return known.grant;
      const now = clock.now();
      const grant: Grant = {
        ...(redact.value(given as unknown as JsonObject) as unknown as typeof given),
        granted: new Date(now).toISOString(),
        expires: expires ?? new Date(now + days * DAY).toISOString(),
      };
      const signed = { key: signer.id, signature: signer.sign(signedText(grant, root)) };
      await store().appendProject({ type: 'grant_added', data: { grant, signed } });
      return grant;
    },
    revoke: async (id, why, who) => {
      const found = records().find(({ grant, revoked }) => grant.id === id && revoked === undefined);
      if (found === undefined) {
        throw new UserError('not_found', `there is no grant "${id}" that could be taken back`, {
          hint: '`reyn grants list` shows what there is.',
        });
      }
      await store().appendProject({ type: 'grant_revoked', data: { id, why, who } });
      return found.grant;
    },
  };
}

type Kept = { readonly grant: Grant; readonly isSigned: boolean; readonly revoked?: GrantRecord['revoked'] };

function foldGrants(events: readonly ProjectEvent[], signer: Signer, root: string): readonly Kept[] {
  const kept = new Map<string, Kept>();
  for (const event of events) {
    if (event.type === 'grant_added' && isWellFormed(event)) {
      const { grant, signed } = event.data;
      const isSigned = signer.verify(signedText(grant as Grant, root), signed.signature, signed.key);
      const known = kept.get(grant.id);
      // a forged line of a known id must not take the place of the true one
      if (known === undefined || (isSigned && !known.isSigned))
        kept.set(grant.id, { ...known, grant: grant as Grant, isSigned });
    } else if (event.type === 'grant_revoked' && isWellFormed(event)) {
      const { id, why, who } = event.data;
      const known = kept.get(id);
      if (known !== undefined) kept.set(id, { ...known, revoked: { why, who, at: event.ts } });
    }
  }
  return [...kept.values()];
}

function isWellFormed({ type, data }: ProjectEvent): boolean {
  return misfits(PROJECT_EVENTS[type], data).length === 0;
}

/** What is signed of a grant: all of it, and what it is. */
function signedText(grant: Grant, root: string): string {
  return `reyn grant\n${root}\n${canonicalJson(JSON.parse(JSON.stringify(grant)) as Json)}`;
}
