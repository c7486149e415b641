import { setImmediate as nextRound } from 'node:timers/promises';

/**
 * Lets a few callers through in each round of the event loop, in order. Of a hundred runs that are to begin at once the
 * first are then at their models while the last begin; without it all would be made together and wait together.
 *
 * @param together callers in one round: enough to share their flushes.
 */
export function turnstile(together: number): () => Promise<void> {
  let round = Promise.resolve();
  let callers = 0;
  return () => {
    if (callers++ % together === 0) round = round.then(() => nextRound());
    return round;
  };
}
