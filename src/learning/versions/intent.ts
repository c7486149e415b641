import type { ProjectEvent } from '../../os/events/event.ts';
import type { Store } from '../../os/events/port.ts';

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
