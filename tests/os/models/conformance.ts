import { describe, expect, it } from 'vitest';
import { decodeReply } from '../../../src/os/models/decode.ts';
import type { Frame, Model } from '../../../src/os/models/port.ts';
import { resolveDecision } from '../../../src/os/models/resolve.ts';
import { frame } from './frames.ts';

/** A model that answers every turn of `frame()` by choosing `finish` with `{text: 'done'}`, slowly if asked to. */
export type ConformingModel = { readonly model: Model; close?(): Promise<void> };

/** What every implementation of the port must do. `slow` gives one whose answer takes at least a minute. */
export function modelConformance(
  name: string,
  open: () => ConformingModel | Promise<ConformingModel>,
  openSlow?: () => ConformingModel | Promise<ConformingModel>,
): void {
  describe(`${name}, as any model`, () => {
    const using = async (opened: ReturnType<typeof open>, use: (model: Model) => Promise<void>) => {
      const { model, close } = await opened;
      try {
        await use(model);
      } finally {
        await close?.();
      }
    };
    const options = (signal = new AbortController().signal) => ({ signal, maxOutputTokens: 100 });

    it('says its name, encoding and bounds', () =>
      using(open(), async (model) => {
        expect(model.name).toMatch(/^[\w-]+(\/.+)?$/);
        expect(['tools', 'json']).toContain(model.encoding);
        expect(model.maxOutputTokens).toBeGreaterThan(0);
      }));

    it('gives a reply that can be read, and whole counts of tokens', () =>
      using(open(), async (model) => {
        const seen = frame();
        const { reply, usage } = await model.turn(seen, options());
        const read = decodeReply(reply, seen, model.encoding);
        if (!read.ok) throw new Error(read.violation.message);
        expect(resolveDecision(read.decoded, seen)).toMatchObject({
          kind: 'decide',
          candidate: { id: 'finish' },
          artifact: { text: 'done' },
        });
        for (const tokens of [usage.input, usage.output, usage.cached ?? 0]) {
          expect(Number.isInteger(tokens) && tokens >= 0).toBe(true);
        }
        expect(usage.cached ?? 0).toBeLessThanOrEqual(usage.input);
        expect(JSON.parse(JSON.stringify(reply))).toEqual(reply);
      }));

    it('leaves the frame as it is', () =>
      using(open(), async (model) => {
        const seen = deepFreeze(frame());
        await model.turn(seen, options());
        expect(seen).toEqual(frame());
      }));

    it('streams the text it replies with', () =>
      using(open(), async (model) => {
        let streamed = '';
        const { reply } = await model.turn(frame(), { ...options(), onText: (text) => (streamed += text) });
        expect(streamed).toBe(reply.text);
      }));

    it('answers several turns at once', () =>
      using(open(), async (model) => {
        const turns = await Promise.all(Array.from({ length: 8 }, () => model.turn(frame(), options())));
        expect(new Set(turns.map((turn) => JSON.stringify(turn))).size).toBe(1);
      }));

    it('rejects with the reason of a signal that is already aborted', () =>
      using(open(), async (model) => {
        const reason = new Error('stop');
        await expect(model.turn(frame(), options(AbortSignal.abort(reason)))).rejects.toBe(reason);
      }));

    if (openSlow === undefined) return;
    it('rejects with the reason of a signal that is aborted while it waits', () =>
      using(openSlow(), async (model) => {
        const controller = new AbortController();
        const reason = new Error('stop');
        const turn = model.turn(frame(), options(controller.signal));
        setTimeout(() => controller.abort(reason), 20);
        await expect(turn).rejects.toBe(reason);
      }));
  });
}

function deepFreeze(value: Frame): Frame {
  const stack: unknown[] = [value];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (typeof top === 'object' && top !== null) stack.push(...Object.values(Object.freeze(top)));
  }
  return value;
}
