/**
 * How many programs run at once in this process. More wait, in the order they came.
 */
const AT_ONCE = 8;

let running = 0;
const waiting: (() => void)[] = [];

/**
 * Acts when there is a place for one more.
 *
 * @returns what `act` returns; undefined when the signal was aborted before its turn
 */
export async function inTurn<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  if (running < AT_ONCE) running += 1;
  else if (!(await turn(signal))) return undefined;
  try {
    return await act();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next(); // the place is handed over, and `running` stays
  }
}

/** Whether it is one's turn, rather than over. */
function turn(signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const mine = (): void => {
      signal.removeEventListener('abort', leave);
      resolve(true);
    };
    const leave = (): void => {
      waiting.splice(waiting.indexOf(mine), 1);
      resolve(false);
    };
    waiting.push(mine);
    signal.addEventListener('abort', leave, { once: true });
  });
}
