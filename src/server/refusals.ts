import type { Reyn } from '../api.ts';
import { visible } from '../os/visible.ts';

/** Refusals that are recorded in a minute. Whoever sends more must not fill the disk. */
const MOST = 60;
const MINUTE = 60_000;
const MAX_TEXT = 200;

export type Refused = { readonly method: string; readonly target: string; readonly code: string };

/** Notes refused requests in the project log: without query, which may hold a token, and without anything they carry. */
export type Refusals = {
  note(refused: Refused): void;
  /** Resolves when everything noted is in the log. */
  close(): Promise<void>;
};

export function openRefusals(reyn: Reyn, say: (text: string) => void): Refusals {
  const writing = new Set<Promise<void>>();
  let since = Number.NEGATIVE_INFINITY;
  let count = 0;
  return {
    note: ({ method, target, code }) => {
      if (performance.now() - since > MINUTE) {
        since = performance.now();
        count = 0;
      }
      count += 1;
      if (count === MOST + 1) say(`More than ${MOST} requests were refused within a minute; the rest is not recorded.`);
      if (count > MOST) return;
      const path = target.split(/[?#]/, 1)[0] ?? '';
      const written = reyn
        .recordRefusal({ method: short(method), path: short(path), code })
        .catch((error: unknown) => say(`A refusal could not be recorded: ${String(error)}`));
      writing.add(written);
      void written.finally(() => writing.delete(written));
    },
    close: async () => {
      await Promise.all(writing);
    },
  };
}

function short(text: string): string {
  return visible(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);
}
