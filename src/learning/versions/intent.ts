import type { ProjectEvent } from '../../os/events/event.ts';
import type { Store } from '../../os/events/port.ts';
import { canonicalJson, isObject, type JsonObject } from '../../os/json.ts';
import type { Signer } from '../../os/signing.ts';
import { canVouch, isVouched } from '../../os/vouch.ts';

/** An exchange of a skill's folder that the log says is to happen. */
export type Intent = Extract<ProjectEvent, { type: 'version_intended' }>['data'];

/** The intent of a skill that nothing has ended yet. */
export function openIntent(store: Pick<Store, 'facts'>, skill: string): Intent | undefined {
  const about = ['version_', 'skill_improved', 'skill_rolled_back']
    .flatMap((prefix) => store.facts(prefix))
    .filter(({ data }) => 'skill' in data && data.skill === skill)
    .sort((a, b) => a.seq - b.seq);
  const last = about.findLast(({ type }) => type !== 'version_saved');
  return last?.type === 'version_intended' ? last.data : undefined;
}

/** What is signed of an intent: which folder gets which files. Not where the project lies, so that one may be moved. */
export function intentText({ skill, dir, what, from, to, from_hash, skill_version_hash, entry }: Intent): string {
  const own = isObject(entry) && typeof entry.own === 'string' ? entry.own : '';
  const said: JsonObject = { skill, dir, what, from, to, from_hash, skill_version_hash, own };
  return `reyn version\n${canonicalJson(said)}`;
}

/**
 * Whether this machine's user began it. One that came along with a project would put files in place that nobody looked
 * at when they looked at the project. Where nothing can be signed, one that is not signed counts.
 */
export function isOwnIntent(signer: Signer, intent: Intent): boolean {
  if (intent.vouched === undefined) return !canVouch(signer);
  return isVouched(signer, intentText(intent), intent.vouched);
}
