import type { DriveOptions } from './driving.ts';
import type { Config } from './os/config/config.ts';
import type { Driving } from './os/runs/project.ts';

/** How a run is driven, with what a caller leaves out filled in. */
export function driving(config: Config, options: DriveOptions): Driving {
  return {
    onEvent: options.onEvent ?? (() => undefined),
    onText: options.onText ?? (() => undefined),
    ask: oneAtATime(options.ask ?? (() => Promise.resolve(undefined))),
    onAsk: options.onAsk ?? config.on_ask,
    signal: options.signal ?? new AbortController().signal,
  };
}

/** There is one person: questions of ops that run at once are put one after the other. */
function oneAtATime(ask: Driving['ask']): Driving['ask'] {
  let last: Promise<unknown> = Promise.resolve();
  return (intervention) => {
    const mine = last.then(() => ask(intervention));
    last = mine.catch(() => undefined);
    return mine;
  };
}
