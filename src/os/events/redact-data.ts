import { isDeeperThan, type Json } from '../json.ts';
import type { Redactor } from '../secrets/port.ts';
import { MAX_DATA_DEPTH } from './members.ts';

/**
 * Members of an event's data by which the log and what reads it find things: ids, digests, names that were accepted.
 * They come from the OS, not from a text, and a chance likeness to a token must not change them.
 */
const IDENTITIES: ReadonlySet<string> = new Set([
  'skill',
  'skill_version_hash',
  'skill_md_sha256',
  'pack',
  'config',
  'contract',
  'entry',
  'owner',
  'parent',
  'forked_from',
  'limits',
  'request',
  'usage',
  'edge',
  'to',
  'type',
  'kind',
  'pre',
  'post',
  'child',
  'waiting',
  'spent',
  'id',
  'digest',
  'hash',
  'first',
  'head',
  'seq',
  'kept',
  'signed',
  'vouched',
  // whoever saves a grant takes secrets out of it before it is signed
  'grant',
]);

/**
 * An event's data without secrets: every string and key of what people, models and programs said. The very same data
 * where there is none.
 */
export function redactData(data: object, redact: Redactor): object {
  if (isDeeperThan(data, MAX_DATA_DEPTH)) return data; // it is refused for that, and nothing is kept
  const members = Object.entries(data).map(([key, value]) => {
    const isIdentity = IDENTITIES.has(key) || (key === 'ops' && typeof value === 'string');
    return [key, isIdentity ? value : redactMember(key, value, redact)] as const;
  });
  if (members.every(([key, value]) => value === data[key as never])) return data;
  return Object.fromEntries(members);
}

/** A member together with its name, which may say that it is secret. */
function redactMember(key: string, value: unknown, redact: Redactor): unknown {
  if (typeof value === 'string') return redact.value({ [key]: value })[key];
  return typeof value === 'object' && value !== null ? redact.value(value as Json) : value;
}
