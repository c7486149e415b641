import { Bug, UserError } from '../errors.ts';
import type { Store } from '../events/port.ts';
import { EVENTS } from '../indexed-source.ts';
import { sha256 } from '../json.ts';
import { OpError } from '../op-error.ts';
import { nearest } from '../suggest.ts';
import { standingIn } from './documents.ts';
import type { Embeddings } from './embeddings.ts';
import type { Index } from './open.ts';
import type { IndexGrant, IndexHandle, IndexPort, Recalled, RecallRequest, SourceSummary } from './port.ts';
import { allSources, recall } from './recall.ts';

/**
 * Indexed sources of a project.
 *
 *  - S1 What stands in a source follows from the project log alone: `index_written`, `index_dropped`, in their order.
 *  - S2 An op records its step with what it wrote, so that a crash between act and receipt leaves no doubt: the event is
 *    there or it is not.
 *  - S3 `events` is built in. Nothing writes or drops it.
 */
export type Sources = IndexPort & {
  /** Every source that holds something. */
  list(): readonly SourceSummary[];
  recall(request: RecallRequest, signal: AbortSignal): Promise<Recalled>;
  /**
   * Drops what stands under keys of a source, or all of it, for a person. @returns how many documents that were.
   * @throws UserError `not_found`, with what was probably meant; `refused` for events.
   */
  drop(source: string, keys?: readonly string[]): Promise<number>;
};

export type SourcesParts = {
  readonly index: Index<unknown>;
  readonly store: () => Pick<Store, 'appendProject'>;
  readonly embeddings: Embeddings | undefined;
};

export function openSources({ index, store, embeddings }: SourcesParts): Sources {
  function standing(source: string, keys?: readonly string[]) {
    index.refresh();
    return index.within((database) => standingIn(database, source, keys));
  }

  function list(): readonly SourceSummary[] {
    index.refresh();
    return index.within(allSources);
  }

  function handle({ run, step, ...grant }: IndexGrant): IndexHandle {
    const may = (kind: 'recall' | 'index', source: string) => {
      if (!grant[kind].includes(source)) throw new Bug(`an op used ${kind} of ${source}, which was not granted to it`);
    };
    return {
      async recall(request, signal) {
        for (const source of request.sources) may('recall', source);
        return telling(() => recall({ index, embeddings }, request, signal));
      },
      standing(source, keys) {
        may('index', source);
        return tellingNow(() => standing(source, keys));
      },
      async write(source, documents) {
        may('index', source);
        const written = documents.map(({ tags, title, ...document }) => ({
          ...document,
          sha256: sha256(document.text),
          ...(title === undefined ? {} : { title }),
          ...(tags === undefined || tags.length === 0 ? {} : { tags: [...tags] }),
        }));
        await store().appendProject({ type: 'index_written', run, data: { source, documents: written, step } });
      },
      async drop(source, keys) {
        may('index', source);
        const which = keys === undefined ? {} : { keys: [...keys] };
        await store().appendProject({ type: 'index_dropped', run, data: { source, ...which, step } });
      },
      hasRecorded() {
        index.refresh();
        const own = [...index.events({ run, type: 'index_written' }), ...index.events({ run, type: 'index_dropped' })];
        return own.some(({ data }) => 'source' in data && data.step === step);
      },
    };
  }

  return {
    handle,
    list,
    recall: (request, signal) => recall({ index, embeddings }, request, signal),
    async drop(source, keys) {
      if (source === EVENTS) {
        throw new UserError('refused', 'events are the log itself and cannot be dropped', {
          hint: 'Drop a named source; `reyn index list` shows them.',
        });
      }
      const there = standing(source);
      if (there.size === 0) throw notFound(`there is no source "${source}"`, source, listNames());
      const absent = keys?.find((key) => !there.has(key));
      if (absent !== undefined) throw notFound(`"${source}" holds no "${absent}"`, absent, [...there.keys()]);
      const which = keys === undefined ? {} : { keys: [...new Set(keys)] };
      await store().appendProject({ type: 'index_dropped', data: { source, ...which } });
      return which.keys?.length ?? there.size;
    },
  };

  function listNames(): readonly string[] {
    return list()
      .map(({ source }) => source)
      .filter((source) => source !== EVENTS);
  }
}

function notFound(message: string, wrong: string, names: readonly string[]): UserError {
  const near = nearest(wrong, names);
  return new UserError('not_found', message, {
    hint: near === undefined ? '`reyn index list` shows what there is.' : `Did you mean "${near}"?`,
  });
}

/** What the one who asks can mend or wait for is told to the model; all else is for the run's caller. */
function asOpError(error: unknown): unknown {
  const isTold = error instanceof UserError && (error.code === 'usage' || error.code === 'busy');
  return isTold ? new OpError(error.code, [error.message, error.hint].filter(Boolean).join('. ')) : error;
}

async function telling<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw asOpError(error);
  }
}

function tellingNow<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw asOpError(error);
  }
}
