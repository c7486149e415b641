import { canonicalJson } from '../../os/json.ts';
import type { Asking } from '../../os/kernel/ports.ts';
import { OpError } from '../../os/op-error.ts';
import type { Performed } from '../../os/ops/improvement.ts';
import type { EvalRow } from '../evals/row.ts';
import type { Measure, Session } from '../evals/session.ts';
import { type Bill, type Book, type BookStep, entered, type Made, openedFrom } from './book.ts';
import { mostOf } from './most.ts';
import type { Run } from './pool.ts';
import { casesIn, engineIn, type SearchRoom } from './search-room.ts';
import { type Caps, type Most, openServer, type ServerPort, type Spent, type Wanted } from './server.ts';

/** A search with its metered server: its runs are those of its session, and its steps go to the session's log. */
export type Serving = {
  /** Does what the engine asks for until it wants a proposal, or stops. @throws OpError. */
  run(): Promise<Wanted>;
  /** Enters what came of the proposal that is wanted. @throws OpError `search` when none is. */
  offer(made: Made): Promise<void>;
  /** The search as it stands now. */
  book(): Book;
  /** What runs used for whoever asks, those before a crash too. */
  used(): Pick<Performed['spent'], 'input' | 'output' | 'usd'>;
  /** Lets the run that asked count by its receipt from now on. */
  end(): void;
};

/** @throws OpError `integrity` when the eval files are not those it began with; `budget`. */
export function serve(room: SearchRoom, from: Book, session: Session, asking: Asking): Serving {
  const { config, clock } = room.project;
  const { concurrency } = config.eval;
  const { meter, signal } = asking;
  const engine = engineIn(room, from.settings.engine);
  const cases = casesIn(room, from);
  const by = canonicalJson([asking.run, asking.step]);
  const before = from.bill.by === by ? from.bill.before : from.bill.so;
  const takeBack: (() => void)[] = [];
  const billed = (): Bill => {
    const { input, output, usd } = session.used();
    return { calls: session.rows().length, tokens: input + output, usd, ms: took, output };
  };
  const used = () => {
    const { tokens, output, usd } = billed();
    const written = output - before.output;
    return { input: tokens - before.tokens - written, output: written, usd: usd - before.usd };
  };
  let took = tookSo(from, session, concurrency);
  let book = from;
  let made: Made | undefined;

  const measureOf = ({ candidate, case: id, seed }: Run): Measure => {
    const known = book.candidates.get(candidate);
    const found = cases.get(id);
    if (known === undefined || found === undefined) {
      throw new OpError('changed', 'Cases of the search are gone: begin a new one.');
    }
    return { version: openedFrom(known.pack), case: found, seed };
  };

  const port: ServerPort = {
    has: (_, run) => session.has(measureOf(run)),
    spent: billed,
    measure: async (_, runs, each) => {
      const onRow = ({ usage: { input, output, usd } }: EvalRow, cached: boolean) => {
        if (!cached) takeBack.push(meter.count({ input, output, usd }));
      };
      const began = clock.now();
      const rows = await session.evaluate(runs.map(measureOf), { concurrency, signal, most: heldTo(each), onRow });
      took += Math.max(0, Math.round(clock.now() - began));
      const lost = rows.filter(({ status }) => status === 'infra');
      if (lost.length > rows.length / 2) {
        throw new OpError('infra', `Most runs did not come to an end that is their own fault: ${lost[0]?.error ?? ''}`);
      }
      return rows.map(({ score }) => score);
    },
    record: async ({ asked, told }) => {
      const step: BookStep | undefined =
        told.told === 'scores'
          ? { asked, did: 'evaluate', by, scores: told.scores, spent: billed() }
          : made && { asked, ...made };
      if (step === undefined) throw new TypeError('a step of a search says nothing');
      await session.record({ type: 'search_stepped', data: { search: book.id, step } });
      book = entered(book, step, book.mark);
    },
  };

  takeBack.push(meter.count(used()));
  const left = meter.left();
  const { caps, reserve } = boundsOf(from, billed(), left);
  const server = openServer({
    engine,
    mark: from.mark,
    caps,
    reserve,
    most: (own, spent, runs) => mostOf(own, spent, runs, concurrency),
    concurrency,
    port,
  });
  return {
    run: () => server.run(),
    offer: async (what) => {
      made = what;
      await server.offer(what.did === 'offer' ? 'candidate' : 'nothing');
    },
    book: () => ({ ...book, mark: server.mark() }),
    used,
    end: () => {
      for (const take of takeBack) take();
    },
  };
}

/**
 * Milliseconds by the clock that its runs took. What a batch took that was broken off is not in the log; its rows say how
 * long they ran.
 */
function tookSo({ mark: { spent } }: Book, session: Session, concurrency: number): number {
  const since = session.rows().slice(spent.calls);
  return spent.ms + Math.round(since.reduce((sum, { usage }) => sum + usage.ms, 0) / concurrency);
}

/** The limits of the search and those of the run that asks, whichever is reached first. */
function boundsOf(
  { settings: { total, calls, caps, allCaps } }: Book,
  spent: Spent,
  left: { readonly tokens?: number; readonly usd?: number },
): { readonly caps: Caps; readonly reserve: Partial<Spent> } {
  const reserve = {
    calls: total - calls,
    tokens: (allCaps.tokens ?? 0) - (caps.tokens ?? 0),
    usd: (allCaps.usd ?? 0) - (caps.usd ?? 0),
    ms: ((allCaps.seconds ?? 0) - (caps.seconds ?? 0)) * 1000,
  };
  const all = {
    tokens: least(allCaps.tokens, left.tokens === undefined ? undefined : left.tokens + spent.tokens + reserve.tokens),
    usd: least(allCaps.usd, left.usd === undefined ? undefined : left.usd + spent.usd + reserve.usd),
    ms: allCaps.seconds === undefined ? undefined : allCaps.seconds * 1000,
  };
  return { caps: { calls: total, ...present(all) }, reserve };
}

/** What a run of a case is held to. */
function heldTo({ tokens, usd, ms }: Most): Partial<Most> {
  return present({ tokens: tokens || undefined, usd: usd || undefined, ms: ms || undefined });
}

function present<K extends string>(values: Readonly<Record<K, number | undefined>>): Partial<Record<K, number>> {
  const there = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as Partial<Record<K, number>>;
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}
