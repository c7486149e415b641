import type { JsonObject } from '../../src/os/json.ts';
import { compileSchema } from '../../src/os/schema.ts';
import { calls } from '../os/models/wire-server.ts';
import { ofType } from '../project.ts';
import type { Lab } from './lab.ts';
import { sendOp } from './ops.ts';
import { type Outcome, refusalOf } from './outcome.ts';
import { runOnWire } from './runs.ts';
import { attackSuite } from './suite.ts';

function nested(depth: number): unknown {
  let value: unknown = [];
  for (let at = 1; at < depth; at++) value = [value];
  return value;
}

/** Values that a row only describes. */
const GENERATED: Readonly<Record<string, () => unknown>> = {
  'nested arrays depth 20000': () => nested(20_000),
  '5000 distinct objects': () => Array.from({ length: 5000 }, (_, n) => ({ n })),
  '100000 wrong items': () => Array.from({ length: 100_000 }, (_, n) => n),
};

/** Checks the value of a row by its schema, as artifacts are checked. */
async function validate(lab: Lab): Promise<Outcome> {
  const { value, value_gen: generated } = lab.row.input as { value?: unknown; value_gen?: string };
  const made = generated === undefined ? value : GENERATED[generated]?.();
  if (made === undefined) throw new Error(`nothing makes "${generated}"`);
  const schema = lab.row.setup.find((action) => action.do === 'node_schema')?.schema as JsonObject;
  try {
    const errors = compileSchema(schema)(made);
    const facts = { 'over 100 errors kept': errors.length > 100 };
    return { verdicts: [errors.length === 0 ? 'ok' : 'invalid'], said: JSON.stringify(errors), prompt: '', facts };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { verdicts: ['error'], said: `${error.name}: ${error.message}`, prompt: '' };
  }
}

/** The same in a whole run: what a schema makes of a reply is a violation, or the skill does not load. */
async function inRun(lab: Lab): Promise<Outcome> {
  const schema = lab.row.setup.find((action) => action.do === 'node_schema')?.schema as JsonObject;
  const artifact = { type: 'object', properties: { v: schema }, required: ['v'] };
  const front = {
    type: 'skill',
    name: 'lab',
    description: 'x',
    entry: 'lab',
    final_output: 'done',
    graph: { lab: ['end'] },
  };
  const body = `---\n${JSON.stringify({ ...front, artifacts: { done: artifact } })}\n---\n\n## phase: lab\n\n\`\`\`yaml\ninput: user_message\n\`\`\`\n\nDo.\n`;
  lab.skill([], body);
  const text = `{"artifact":{"v":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`;
  try {
    const { outcome } = await runOnWire(lab, 'tools', calls(['finish', text]));
    const refused = ofType(lab.events, 'validation_error').length > 0;
    return { ...outcome, verdicts: refused ? ['error', 'invalid'] : outcome.verdicts };
  } catch (error) {
    return { ...refusalOf(error), verdicts: ['error', 'invalid'] };
  }
}

/** An op whose kind no op has. */
async function dispatch(lab: Lab): Promise<Outcome> {
  const { op, ...args } = (lab.row.input.value ?? lab.row.input) as { op: string };
  const outcome = await sendOp(lab, await lab.open(), op, args as JsonObject);
  return { ...outcome, facts: { 'any call': lab.events.length > 0 } };
}

attackSuite('schema', {
  validate,
  dispatch,
  SC02: inRun,
  SC03: inRun,
  SC11: dispatch,
});
