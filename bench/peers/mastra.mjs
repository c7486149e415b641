/** Mastra: a workflow of as many steps as the run has, each step's state in a snapshot in libSQL. */
import fs from 'node:fs';
import { join } from 'node:path';
import { Mastra } from '@mastra/core';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { LibSQLStore } from '@mastra/libsql';
import { z } from 'zod';
import { doStep } from '../step.ts';

const State = z.object({ run: z.string(), text: z.string() });

/** @type {import('../step.ts').OpenEngine} */
export const open = async (dir, options) => {
  fs.mkdirSync(join(dir, 'out'), { recursive: true });
  const storage = new LibSQLStore({ id: 'bench', url: `file:${join(dir, 'state.db')}` });
  await storage.init();
  if (options.synced) await storage.client.execute('PRAGMA synchronous = FULL;');
  const workflows = new Map();

  function workflowOf(steps) {
    let workflow = workflows.get(steps);
    if (workflow !== undefined) return workflow;
    const id = `steps-${steps}`;
    workflow = createWorkflow({ id, inputSchema: State, outputSchema: State });
    for (let i = 0; i < steps; i++) {
      const step = createStep({
        id: `step-${i}`,
        inputSchema: State,
        outputSchema: State,
        execute: async ({ inputData: { run } }) => ({ run, text: await doStep(dir, run, i, options) }),
      });
      workflow = workflow.then(step);
    }
    workflow = new Mastra({ storage, workflows: { [id]: workflow.commit() }, logger: false }).getWorkflow(id);
    workflows.set(steps, workflow);
    return workflow;
  }

  return {
    run: async (name, steps) => {
      const run = await workflowOf(steps).createRun({ runId: name });
      const { status, error } = await run.start({ inputData: { run: name, text: '' } });
      if (status !== 'success') throw new Error(`the workflow ended ${status}`, { cause: error });
    },
    close: async () => storage.close(),
  };
};
