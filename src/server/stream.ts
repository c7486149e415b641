import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { EventFilter, Reyn } from '../api.ts';

/** Streams at once. Each looks at the logs a few times a second. */
const MAX_STREAMS = 16;

/** Events as they are written, as server-sent events: `id` is the event's hash, `data` the event. */
export type Streams = { open(context: Context, filter: EventFilter): Response };

export function openStreams(reyn: Reyn, closing: AbortSignal, say: (text: string) => void): Streams {
  let open = 0;
  return {
    open: (context, filter) => {
      if (open >= MAX_STREAMS) {
        return context.json({ error: { code: 'busy', message: `${MAX_STREAMS} streams are open already.` } }, 503);
      }
      open += 1;
      const gone = new AbortController();
      return streamSSE(context, async (stream) => {
        stream.onAbort(() => gone.abort());
        try {
          await stream.write(': events follow\n\n');
          for await (const event of reyn.events.tail(filter, AbortSignal.any([closing, gone.signal]))) {
            await stream.writeSSE({ id: event.hash, data: JSON.stringify(event) });
          }
        } catch (error) {
          say(`A stream of events ended: ${error instanceof Error ? error.message : String(error)}`);
        } finally {
          open -= 1;
        }
      });
    },
  };
}
