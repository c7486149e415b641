import type { Clock } from '../clock.ts';
import type { ProjectEvent, RunEvent } from '../events/event.ts';
import type { EventFilter } from './filter.ts';
import type { Index } from './open.ts';

/** How often the logs are looked at, in milliseconds. */
const PACE = 200;

/**
 * Events as they are written, from now on, until the signal aborts. Several processes write; what reaches the index
 * later with an earlier time is given too, because the last second is looked at again and what was given is remembered.
 */
export async function* follow(
  index: Index<unknown>,
  filter: EventFilter,
  signal: AbortSignal,
  clock: Clock,
): AsyncIterable<RunEvent | ProjectEvent> {
  let since = new Date(clock.now()).toISOString();
  let given = new Set<string>();
  while (!signal.aborted) {
    index.refresh();
    const recent = index.events({ ...filter, since });
    for (const event of recent) if (!given.has(event.hash)) yield event;
    given = new Set(recent.map(({ hash }) => hash));
    const newest = recent.at(-1)?.ts;
    if (newest !== undefined) since = new Date(Math.max(Date.parse(since), Date.parse(newest) - 1000)).toISOString();
    await clock.sleep(PACE, signal).catch(() => undefined);
  }
}
