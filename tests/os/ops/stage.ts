import type { IndexHandle } from '../../../src/os/index/port.ts';
import type { Json, JsonObject } from '../../../src/os/json.ts';
import { OPS } from '../../../src/os/ops/list.ts';
import type { Op, WritePlan } from '../../../src/os/ops/op.ts';
import { checkArgs } from '../../../src/os/ops/validate.ts';
import type { DecisionContext } from '../../../src/os/permissions/decide.ts';
import { decide } from '../../../src/os/permissions/decide.ts';
import { permitsOf } from '../../../src/os/permissions/permits.ts';
import { NO_PERMISSIONS } from '../../../src/os/skills/skill.ts';
import { ASKING } from '../permissions/asking.ts';
import { type Scene, scene } from '../workspace/scene.ts';

/** Ops as dispatch does them, less the log: arguments checked, needs decided, handles narrowed. */
export type Stage = Scene & {
  /** Does an op to its end. Rejects with `denied: <by>` or `invalid: <path> <message>`. */
  act(kind: string, args: Json): Promise<Json | undefined>;
  /** Only plans a write. */
  plan(kind: string, args: Json): Promise<WritePlan>;
};

export function opOf(kind: string): Op {
  const op = OPS.find((one) => one.kind === kind);
  if (op === undefined) throw new Error(`no op ${kind}`);
  return op;
}

/** A skill that declares every file, and an operator who allows every write. */
const OPEN: DecisionContext = {
  ...ASKING,
  permissions: { ...NO_PERMISSIONS, file: { read: ['**'], write: ['**'] } },
  policy: { allow: [{ need: 'file.write' }], deny: [] },
};

/** Ops on files need no source; those that do are tried in whole projects. */
const absent = () => {
  throw new Error('not part of this stage');
};
const NO_INDEX: IndexHandle = { recall: absent, standing: absent, write: absent, drop: absent, hasRecorded: absent };

export function stage(context: Partial<DecisionContext> = {}, options: Parameters<typeof scene>[0] = {}): Stage {
  const around = scene(options);
  const leave = { ...OPEN, ...context };
  const prepare = (kind: string, given: Json) => {
    const op = opOf(kind);
    const [error] = checkArgs(op, given);
    if (error !== undefined) throw new Error(`invalid: ${error.path} ${error.message}`);
    const args = given as JsonObject;
    const needs = op.needs(args);
    for (const need of needs) {
      const decision = decide(need, leave);
      if (decision.verdict !== 'allow') throw new Error(`denied: ${decision.by}`);
    }
    const handles = {
      workspace: around.workspace.handle(permitsOf(needs, leave)),
      index: NO_INDEX,
      skills: { list: absent },
      runs: { list: absent },
      network: { fetch: absent },
      search: { search: absent },
      mcp: { call: absent },
      exec: { run: absent },
      evals: { evaluate: absent, verify: absent },
      searches: { plan: absent, remains: absent },
      versions: { planSave: absent, planApply: absent, remains: absent },
      proposals: { plan: absent, remains: absent },
      signal: AbortSignal.timeout(60_000),
    };
    return { op, args, handles };
  };
  const plan = async (kind: string, given: Json) => {
    const { op, args, handles } = prepare(kind, given);
    if (op.effect !== 'writes') throw new Error(`${kind} does not write`);
    return await op.plan(args, handles);
  };
  const act = async (kind: string, given: Json): Promise<Json | undefined> => {
    const { op, args, handles } = prepare(kind, given);
    if (op.effect === 'reads') return await op.run(args, handles);
    const planned = await plan(kind, given);
    await planned.commit();
    return planned.result;
  };
  return { ...around, act, plan };
}
