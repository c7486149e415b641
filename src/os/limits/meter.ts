import type { Limits } from '../config/limits.ts';
import { type Act, type Crossing, crossing, type Raised, remaining, type Used } from './limits.ts';
import { costOf, type Reservation, reserve } from './reserve.ts';

/**
 * What a run and the sub-runs under way beneath it use, while they use it. Limits are inherited: whatever is used
 * below counts above at once, so that any number of sub-runs at the same time stays within what their root may use.
 *
 *  - M1 Room for a model call is made in the run and in every run above it, and held until its turn is in the log.
 *  - M2 A call that would fit but for what others hold waits for them; one that does not fit at all is not made.
 *  - M3 What a sub-run used counts here live until its receipt is in this run's log, and then by the receipt.
 */
export type Meter = {
  /** What the run used by its log, and what sub-runs under way used so far. */
  used(): Used;
  /** The limits of a sub-run that is about to start. */
  left(): Limits;
  /** The first limit, here or above, that forbids one more act of this kind at `step`. */
  crossing(act: Act, step: string): MeterCrossing | undefined;
  /** Makes room for one model call; `undefined` = one that costs nothing. @throws the signal's reason. */
  reserve(call: Call | undefined, counts: 'turn' | 'op', signal: AbortSignal): Promise<Room>;
  /** Counts what was used until its receipt is in the log. @returns how to take it back. */
  count(used: Partial<Used>): () => void;
  /** How many of the `ms` that a sub-run took, which ends now, no other sub-run took at the same time. */
  elapsed(ms: number): number;
  /** The meter of a sub-run, in place of the one it had before. */
  under(run: string, account: Account): Meter;
  /** The receipt of a sub-run is in this run's log: it counts by that from now on. */
  settle(run: string): void;
};

/** `above`: the limit is one of a run above, so nobody can raise it here. */
export type MeterCrossing = Crossing & { readonly above?: true };

export type Room =
  | { readonly ok: true; readonly maxOutputTokens: number; readonly release: () => void }
  | { readonly ok: false; readonly crossing: MeterCrossing };

export type Call = Parameters<typeof reserve>[3];

/** Where the meter reads what stands in the run's log. */
export type Account = {
  readonly limits: Limits;
  readonly raised: () => Raised;
  readonly spent: () => Used;
};

const NOTHING: Used = { turns: 0, ops: 0, input: 0, output: 0, usd: 0, ms: 0, bytes: 0 };

/** The meter of a run that no other started. `now` in milliseconds. */
export function openMeter(account: Account, now: () => number): Meter {
  return meterOf('', account, undefined, now);
}

type Node = {
  readonly account: Account;
  readonly above: Node | undefined;
  readonly below: Map<string, Node>;
  readonly held: Set<Used>;
  readonly counted: Set<Used>;
  /** Those who wait for somebody to let go of room, in the order they came; kept at the root. */
  readonly waiting: (() => void)[];
};

function meterOf(run: string, account: Account, above: Node | undefined, now: () => number): Meter {
  const node: Node = {
    account,
    above,
    below: new Map(),
    held: new Set(),
    counted: new Set(),
    waiting: above?.waiting ?? [],
  };
  let accounted = Number.NEGATIVE_INFINITY;
  above?.below.set(run, node);
  return {
    used: () => usedBy(node),
    left: () => remaining(account.limits, account.raised(), usedBy(node)),
    crossing: (act) => {
      const { limits, raised, spent } = account;
      const own = crossing(limits, raised(), spent(), act);
      const others = crossingAbove(node, act);
      return own !== undefined && others !== undefined ? { ...own, above: true } : (own ?? others);
    },
    count: (used) => {
      const more = { ...NOTHING, ...used };
      node.counted.add(more);
      return () => {
        node.counted.delete(more);
      };
    },
    reserve: async (call, counts, signal) => {
      for (;;) {
        signal.throwIfAborted();
        const room = roomFor(node, call, counts);
        if (room !== 'held') return room;
        await released(node, signal);
      }
    },
    elapsed: (ms) => {
      const end = now();
      const alone = end - Math.max(accounted, end - ms);
      accounted = end;
      return Math.max(0, Math.round(alone));
    },
    under: (sub, own) => meterOf(sub, own, node, now),
    settle: (sub) => {
      node.below.delete(sub);
      wake(node);
    },
  };
}

/** From the run above up to the root. */
function* linesAbove({ above }: Node): Iterable<Node> {
  for (let node = above; node !== undefined; node = node.above) yield node;
}

/** Summed up in place: it is asked for at every act of every one of many sub-runs. */
type Sum = { -readonly [K in keyof Used]: Used[K] };

function usedBy(node: Node): Used {
  const sum = { ...NOTHING };
  addUsed(sum, node);
  return sum;
}

function addUsed(sum: Sum, { account, below, counted }: Node): void {
  add(sum, account.spent());
  for (const each of counted) add(sum, each);
  for (const node of below.values()) addUsed(sum, node);
}

function heldBy(node: Node): Sum {
  const sum = { ...NOTHING };
  addHeld(sum, node);
  return sum;
}

function addHeld(sum: Sum, { held, below }: Node): void {
  for (const each of held) add(sum, each);
  for (const node of below.values()) addHeld(sum, node);
}

/** Running time of sub-runs that ran at once does not add up, so it counts only as a receipt says. */
function crossingAbove(node: Node, act: Act): MeterCrossing | undefined {
  for (const at of linesAbove(node)) {
    const { account } = at;
    const used = { ...usedBy(at), ms: account.spent().ms };
    const found = crossing(account.limits, account.raised(), used, { ...act, visits: 0 });
    if (found !== undefined) return { ...found, above: true };
  }
  return undefined;
}

/** Room in every run of the line, or the first that has none; `held` when there would be some without what is held. */
function roomFor(node: Node, call: Call | undefined, counts: 'turn' | 'op'): Room | 'held' {
  const turns = counts === 'turn' ? 1 : 0;
  let maxOutputTokens = call?.maxOutputTokens ?? 0;
  for (const at of [node, ...linesAbove(node)]) {
    const { limits, raised } = at.account;
    const used = usedBy(at);
    const asked = call === undefined ? undefined : { ...call, maxOutputTokens };
    const held = heldBy(at);
    add(held, used);
    const tried = tryRoom(limits, raised(), held, asked, turns);
    if (!tried.ok) {
      const alone = tryRoom(limits, raised(), used, asked, turns);
      if (alone.ok) return 'held';
      return { ok: false, crossing: at === node ? alone.crossing : { ...alone.crossing, above: true } };
    }
    maxOutputTokens = tried.maxOutputTokens;
  }
  const input = call?.requestBytes ?? 0;
  const most = { ...NOTHING, turns, input, output: maxOutputTokens };
  const held = { ...most, usd: costOf(most, call?.price) ?? 0 };
  node.held.add(held);
  const release = () => {
    if (node.held.delete(held)) wake(node);
  };
  return { ok: true, maxOutputTokens, release };
}

const TURN: Act = { kind: 'turn', visits: 0, opsBefore: 0 };

function tryRoom(limits: Limits, raised: Raised, used: Used, call: Call | undefined, turns: number): Reservation {
  const crossed = turns === 0 ? undefined : crossing(limits, raised, { ...used, ms: 0, bytes: 0 }, TURN);
  if (crossed !== undefined) return { ok: false, crossing: crossed };
  return call === undefined ? { ok: true, maxOutputTokens: 0 } : reserve(limits, raised, used, call);
}

function released({ waiting }: Node, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      signal.removeEventListener('abort', go);
      resolve();
    };
    signal.addEventListener('abort', go);
    waiting.push(go);
  });
}

function wake({ waiting }: Node): void {
  for (const go of waiting.splice(0)) go();
}

function add(sum: Sum, more: Used): void {
  sum.turns += more.turns;
  sum.ops += more.ops;
  sum.input += more.input;
  sum.output += more.output;
  sum.usd += more.usd;
  sum.ms += more.ms;
  sum.bytes += more.bytes;
}
