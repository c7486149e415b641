/** LangGraph JS: one node that loops, every superstep a checkpoint of its SQLite checkpointer. */
import fs from 'node:fs';
import { join } from 'node:path';
import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import { doStep } from '../step.ts';

const State = Annotation.Root({ run: Annotation(), step: Annotation(), steps: Annotation(), text: Annotation() });

/** @type {import('../step.ts').OpenEngine} */
export const open = async (dir, options) => {
  fs.mkdirSync(join(dir, 'out'), { recursive: true });
  const saver = SqliteSaver.fromConnString(join(dir, 'state.db'));
  saver.setup();
  saver.db.pragma(`synchronous = ${options.synced ? 'FULL' : 'NORMAL'}`);
  const graph = new StateGraph(State)
    .addNode('work', async ({ run, step }) => ({ text: await doStep(dir, run, step, options), step: step + 1 }))
    .addEdge(START, 'work')
    .addConditionalEdges('work', ({ step, steps }) => (step < steps ? 'work' : END), ['work', END])
    .compile({ checkpointer: saver });
  return {
    run: async (name, steps) => {
      const how = { configurable: { thread_id: name }, recursionLimit: steps + 5 };
      await graph.invoke(
        { run: name, step: 0, steps, text: '' },
        options.synced ? { ...how, durability: 'sync' } : how,
      );
    },
    close: async () => saver.db.close(),
  };
};
