/** XState: a machine that loops over one promise actor; its snapshot is written after every step. */
import fs from 'node:fs';
import { join } from 'node:path';
import { assign, createActor, fromPromise, setup, waitFor } from 'xstate';
import { doStep, writeAtomic } from '../step.ts';

/** @type {import('../step.ts').OpenEngine} */
export const open = async (dir, options) => {
  fs.mkdirSync(join(dir, 'out'), { recursive: true });
  fs.mkdirSync(join(dir, 'state'), { recursive: true });
  const machine = setup({
    actors: { work: fromPromise(({ input }) => doStep(dir, input.run, input.step, options)) },
  }).createMachine({
    context: ({ input }) => ({ ...input, step: 0, text: '' }),
    initial: 'working',
    states: {
      working: {
        invoke: {
          src: 'work',
          input: ({ context }) => context,
          onDone: [
            {
              guard: ({ context }) => context.step + 1 < context.steps,
              target: 'working',
              reenter: true,
              actions: assign(({ context, event }) => ({ step: context.step + 1, text: event.output })),
            },
            { target: 'done', actions: assign(({ event }) => ({ text: event.output })) },
          ],
        },
      },
      done: { type: 'final' },
    },
  });
  return {
    run: async (name, steps) => {
      const actor = createActor(machine, { input: { run: name, steps } });
      const path = join(dir, 'state', `${name}.json`);
      actor.subscribe(() => writeAtomic(path, JSON.stringify(actor.getPersistedSnapshot())));
      actor.start();
      await waitFor(actor, (snapshot) => snapshot.status !== 'active', { timeout: Number.POSITIVE_INFINITY });
      if (actor.getSnapshot().status !== 'done') throw new Error(`the machine ended ${actor.getSnapshot().status}`);
    },
    close: async () => undefined,
  };
};
