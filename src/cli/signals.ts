import { EXIT } from '../os/errors.ts';

/**
 * Turns SIGINT, SIGTERM and SIGHUP into one abort, so that a run ends durably; the second signal exits at once.
 *
 *  G1 Under a launcher (an old Node that started this one) a Ctrl-C arrives twice, from the terminal and passed on:
 *     the same signal within 300 ms is one.
 *  G2 When the launcher dies, its channel closes, and that counts as a hang-up. Nothing outlives its terminal.
 */
export type Interruption = { readonly signal: AbortSignal; stop(): void };

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const ECHO_MS = 300;

/** @param onFirst called at the first signal, to tell the person. */
export function interruptible(onFirst: (signal: string) => void): Interruption {
  const controller = new AbortController();
  const launched = process.connected;
  const last = new Map<string, number>();
  const onSignal = (signal: string) => {
    const now = performance.now();
    const echo = launched && now - (last.get(signal) ?? Number.NEGATIVE_INFINITY) < ECHO_MS;
    last.set(signal, now);
    if (echo) return;
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(signal);
    onFirst(signal);
  };
  const onDisconnect = () => onSignal('SIGHUP');
  for (const signal of SIGNALS) process.on(signal, onSignal);
  if (launched) {
    process.on('disconnect', onDisconnect);
    process.channel?.unref(); // the channel alone must not keep the process alive
  }
  return {
    signal: controller.signal,
    stop: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
      process.off('disconnect', onDisconnect);
      if (launched) process.channel?.ref(); // as it was: the process may go on being somebody's child
    },
  };
}
