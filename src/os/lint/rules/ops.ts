import { pythonModuleOf } from '../../skills/python-module.ts';
import { NO_PERMISSIONS, type Permissions, type PythonPermission } from '../../skills/skill.ts';
import { didYouMean, listed, some } from '../../suggest.ts';
import { defineFamily, type LintOp, type Report, type Subject } from '../rule.ts';

/** Every op a phase allows exists and may do something. */
export const ops = defineFamily({
  rules: [
    {
      id: 'ops/unknown-op',
      severity: 'error',
      finds: 'an op in `allowed_ops` that does not exist',
      why: 'The model is never offered it.',
      fix: 'Write the name of an op, or delete the entry.',
    },
    {
      id: 'ops/outside-permissions',
      severity: 'error',
      finds: 'an allowed op or a step whose needs no entry of `permissions` covers',
      why: 'Absent means denied: each request is refused.',
      fix: 'Declare in `permissions` what it may touch, or take the op out.',
    },
  ],
  *check(subject) {
    const { skill, env, map } = subject;
    const granted = grantedKinds(skill.permissions);
    yield* pythonSteps(subject);
    const uses = [
      ...map.phases.flatMap((phase) =>
        (phase.allowedOps ?? []).map((kind, index) => ({
          kind,
          place: map.phasePlace(phase.name, 'allowed_ops', index),
          model: phase.modelClass !== 'none',
          who: `the phase "${phase.name}" allows`,
          out: `take ${kind} out of \`allowed_ops\``,
          step: undefined,
        })),
      ),
      ...map.steps.flatMap(({ step, at }) =>
        step.type === 'op'
          ? [{ kind: step.op, place: at('op'), model: undefined, who: 'this step does', out: 'delete the step', step }]
          : [],
      ),
    ];
    for (const use of uses) {
      const { kind, place, model, who, out } = use;
      const op = env.ops.find((one) => one.kind === kind);
      if (op === undefined) {
        if (model === undefined) continue;
        const kinds = env.ops.map((one) => one.kind);
        const message = `there is no op "${kind}"${didYouMean(kind, kinds)}`;
        yield { rule: 'ops/unknown-op', place, message, fix: `Write one of ${some(kinds)}, or delete the entry.` };
        continue;
      }
      const missing = op.needs.filter((need) => !granted.has(need));
      if (missing.length === 0 && use.step !== undefined) {
        for (const need of op.undeclared(use.step.args, skill.permissions)) {
          yield {
            rule: 'ops/outside-permissions',
            place,
            message: `${who} ${kind}, but \`permissions\` does not declare ${need}`,
            fix: `Declare it in \`permissions\` in skill.md, or ${out}.`,
          };
        }
      }
      if (missing.length === 0 || model === false) continue;
      yield {
        rule: 'ops/outside-permissions',
        place,
        message: `${who} ${kind}, but \`permissions\` declares no ${listed(missing)}`,
        fix: `Add ${missing.map(permissionFor).join(' and ')} to \`permissions\` in skill.md, or ${out}.`,
      };
    }
  },
});

/** Python functions that steps call and nothing permits. */
function* pythonSteps({ skill, map }: Subject): Iterable<Report<'ops/outside-permissions'>> {
  const declared = new Set(skill.permissions.python.map(showPython));
  for (const { step, at } of map.steps) {
    if (step.type !== 'python') continue;
    const call = { module: pythonModuleOf(step.module), function: step.function };
    if (declared.has(showPython(call))) continue;
    yield {
      rule: 'ops/outside-permissions',
      place: at('function'),
      message: `this step calls ${showPython(call)}, but \`permissions\` does not declare python of it`,
      fix: `Add \`python: [{ module: ${call.module}, function: ${call.function} }]\` to \`permissions\` in skill.md, or delete the step.`,
    };
  }
}

/** A Python function as permissions and people name it. */
export function showPython({ module, function: name }: Pick<PythonPermission, 'module' | 'function'>): string {
  return `${module}:${name}`;
}

/** Kinds of need that `permissions` covers at all. */
export function grantedKinds(permissions: Permissions): ReadonlySet<string> {
  const { file, exec, net, mcp, skill, recall, index } = permissions;
  const kinds: readonly (readonly [string, boolean])[] = [
    ['file.read', file.read.length > 0],
    ['file.write', file.write.length > 0],
    ['exec', exec.length > 0],
    ['net', net.length > 0],
    ['mcp', Object.keys(mcp).length > 0],
    ['skill.run', skill.run.length + skill.delegate.length > 0],
    ['skill.write', skill.write.length > 0],
    ['recall', recall.length > 0],
    ['index', index.length > 0],
    ['eval', permissions.eval],
    ['python', permissions.python.length > 0],
    ['secret', permissions.secrets.length > 0],
  ];
  return new Set(kinds.filter(([, declared]) => declared).map(([kind]) => kind));
}

/**
 * Kinds of need some op a phase may ask for, or some step, can have, or a sub-run, which is held to what is declared
 * here. A skill that resolves and cannot be looked at may need anything.
 */
export function usedKinds({ skill, map, env }: Subject): ReadonlySet<string> {
  const used = new Set<string>();
  const use = (op: LintOp | undefined) => {
    for (const need of [...(op?.needs ?? []), ...(op?.uses ?? [])]) used.add(need);
  };
  const useKind = (kind: string) => use(env.ops.find((op) => op.kind === kind));
  for (const { modelClass, allowedOps } of map.phases) {
    if (modelClass === 'none') continue;
    if (allowedOps !== undefined) allowedOps.forEach(useKind);
    else for (const op of env.ops) if (op.effect === 'reads') use(op);
  }
  for (const { step } of map.steps) {
    if (step.type === 'op') useKind(step.op);
    if (step.type === 'python') used.add('python');
  }
  for (const name of skill.permissions.skill.run) {
    const other = name === skill.name ? undefined : env.permissionsOf(name);
    for (const kind of grantedKinds(other ?? (env.skills.includes(name) ? skill.permissions : NO_PERMISSIONS))) {
      if (kind !== 'skill.run' || other !== undefined) used.add(kind);
    }
  }
  return used;
}

/**
 * Python functions that steps call, or that a sub-run may; `undefined` when a sub-run cannot be looked at and may call
 * any.
 */
export function calledPython({ skill, map, env }: Subject): ReadonlySet<string> | undefined {
  const called = new Set<string>();
  for (const { step } of map.steps) {
    if (step.type === 'python') called.add(showPython({ ...step, module: pythonModuleOf(step.module) }));
  }
  for (const name of skill.permissions.skill.run.filter((each) => each !== skill.name)) {
    const other = env.permissionsOf(name);
    if (other === undefined && env.skills.includes(name)) return undefined;
    for (const entry of other?.python ?? []) called.add(showPython(entry));
  }
  return called;
}

/** What to write for a kind of need, e.g. `file: { write: ["work:/**"] }`. */
function permissionFor(need: string): string {
  switch (need) {
    case 'file.read':
      return '`file: { read: ["docs/**"] }` (with your own paths)';
    case 'file.write':
      return '`file: { write: ["out/**"] }` (with your own paths; `work:/**` for the folder of the run alone)';
    case 'skill.run':
    case 'skill.write':
      return `\`skill: { ${need.slice('skill.'.length)}: [names] }\``;
    case 'recall':
    case 'index':
      return `\`${need}: [docs]\` (with your own sources)`;
    default:
      return `\`${need}\``;
  }
}
