import { UserError } from '../../src/os/errors.ts';
import type { JsonObject } from '../../src/os/json.ts';
import type { RunOptions } from '../../src/reyn.ts';
import { type Scene, startWireServer, type WireServer } from '../os/models/wire-server.ts';
import type { Rule } from '../project.ts';
import type { Lab } from './lab.ts';
import { openVouched } from './ops.ts';
import { type Outcome, outcomeOfRun, refusalOf } from './outcome.ts';

/** Turns of the scripted model, in order; then it finishes. */
export function turns(...ops: readonly (readonly object[])[]): readonly Rule[] {
  const acts = ops.map((each, at) => ({ match: { turn: at + 1 }, turn: { ops: each } }));
  return [...acts, { turn: { finish: { text: 'done' } } }];
}

type Running = RunOptions & { readonly input?: JsonObject };

/** Runs the skill `lab`, whose model does as a row would have it do. */
export async function runLab(lab: Lab, rules: readonly Rule[], options: RunOptions = {}): Promise<Outcome> {
  lab.skill(rules);
  return runSkill(lab, 'lab', options);
}

export async function runSkill(lab: Lab, skill: string, given: Running = {}): Promise<Outcome> {
  const { input, ...options } = given;
  const reyn = await openVouched(lab);
  const before = lab.events.length;
  try {
    const onEvent = (event: (typeof lab.events)[number]) => void lab.events.push(event);
    const done = await reyn.run(skill, input === undefined ? { text: 'go' } : { value: input }, {
      ...options,
      onEvent,
    });
    return outcomeOfRun(done, lab.events.slice(before));
  } catch (error) {
    // that the skill of a test does not load says nothing of the row
    if (error instanceof UserError && (error.code === 'skill' || error.code === 'input')) throw error;
    return refusalOf(error);
  }
}

/** Runs the skill `lab` on a model that is a server over HTTP and answers as told. */
export async function runOnWire(
  lab: Lab,
  encoding: 'json' | 'tools',
  ...scenes: readonly [Scene, ...Scene[]]
): Promise<{ readonly outcome: Outcome; readonly server: WireServer }> {
  const server = await startWireServer(...scenes);
  lab.closers.push(() => server.close());
  lab.config.model = 'm';
  lab.config.models = { m: { base_url: server.baseUrl, encoding } };
  return { outcome: await runSkill(lab, 'lab'), server };
}
