import { canonicalJson, type Json, sameJson } from '../../os/json.ts';
import { type Edge, END, type Phase, type Skill, type Step } from '../../os/skills/skill.ts';
import { widerPermissions } from './wider-permissions.ts';

/**
 * What one version of a skill may do that another may not, as sentences for whoever decides about it; none = it keeps
 * within. In doubt something counts as looser: then a person is asked.
 *
 *  - W1 Permissions by what their patterns cover.
 *  - W2 Phases: none goes, none that was decided without a model is decided by one, none gets more ops or turns, none
 *    loses the means to ask a person or a step that could stop it.
 *  - W3 The graph: no phase is reached without one that had to come before it; no guard and no carried field goes.
 *  - W4 Limits are not raised.
 */
export function loosens(from: Skill, to: Skill): readonly string[] {
  const names = Object.keys(from.phases);
  return [
    ...widerPermissions(from.permissions, to.permissions),
    ...names.filter((name) => to.phases[name] === undefined).map((name) => `the phase "${name}" is gone`),
    ...names.flatMap((name) => looserPhase(from.phases[name], to.phases[name])),
    ...newPhases(from, to),
    ...bypasses(from, to),
    ...looserEdges(from, to),
    ...lostSteps('the postprocessor', from.postprocessor?.steps ?? [], to.postprocessor?.steps ?? []),
    ...raised(from, to),
  ];
}

function looserPhase(from: Phase | undefined, to: Phase | undefined): string[] {
  if (from === undefined || to === undefined) return [];
  const where = `the phase "${from.name}"`;
  const more = addedOps(from.allowedOps, to.allowedOps);
  return [
    ...(from.modelClass === 'none' && to.modelClass !== 'none' ? [`${where} is decided by a model`] : []),
    ...(more.length === 0 ? [] : [`${where} may use ${more.join(', ')}`]),
    ...(mayAsk(from) && !mayAsk(to) ? [`${where} can no longer ask a person`] : []),
    ...(to.maxActTurns > from.maxActTurns
      ? [`${where} may take ${to.maxActTurns} act turns, not ${from.maxActTurns}`]
      : []),
    ...lostSteps(where, from.preprocessor, to.preprocessor),
  ];
}

const ASK = 'ask_user';

function mayAsk({ allowedOps, modelClass, preprocessor }: Phase): boolean {
  const byModel = modelClass !== 'none' && (allowedOps === undefined || allowedOps.includes(ASK));
  return byModel || stepsIn(preprocessor).some((step) => step.type === 'op' && step.op === ASK);
}

/** Without a list a phase has what reads and what asks; which ops those are depends on more than the skill. */
function addedOps(from: readonly string[] | undefined, to: readonly string[] | undefined): readonly string[] {
  if (to === undefined) return from === undefined ? [] : ['every reading op'];
  return to.filter((op) => (from === undefined ? op !== ASK : !from.includes(op)));
}

/** A phase that was not there may use what others could; anything else is more. */
function newPhases(from: Skill, to: Skill): string[] {
  const known = new Set(Object.values(from.phases).flatMap(({ allowedOps }) => allowedOps ?? [ASK]));
  const anyDefault = Object.values(from.phases).some(({ allowedOps }) => allowedOps === undefined);
  const steps = new Set(Object.values(from.phases).flatMap(({ preprocessor }) => opsIn(preprocessor)));
  return Object.values(to.phases)
    .filter(({ name }) => from.phases[name] === undefined)
    .flatMap(({ name, allowedOps, preprocessor }) => {
      const ops = allowedOps?.filter((op) => !known.has(op)) ?? (anyDefault ? [] : ['every reading op']);
      const more = [...ops, ...opsIn(preprocessor).filter((op) => !steps.has(op) && !known.has(op))];
      return more.length === 0 ? [] : [`the new phase "${name}" may use ${[...new Set(more)].join(', ')}`];
    });
}

function opsIn(steps: readonly Step[]): readonly string[] {
  return stepsIn(steps).flatMap((step) => (step.type === 'op' ? [step.op] : []));
}

/** Steps with those inside of them. */
function stepsIn(steps: readonly Step[]): readonly Step[] {
  return steps.flatMap((step) => {
    if (step.type === 'iterate') return [step, ...stepsIn([step.apply])];
    if (step.type === 'parallel') return [step, ...stepsIn(Object.values(step.branches))];
    return [step];
  });
}

/** Steps that could stop the run where they stand, and do so no longer. */
function lostSteps(where: string, from: readonly Step[], to: readonly Step[]): string[] {
  const left = stepsIn(to).map(stopKey);
  return stepsIn(from).flatMap((step) => {
    if (step.onError !== 'fail') return [];
    const at = left.indexOf(stopKey(step));
    if (at !== -1) left.splice(at, 1);
    return at === -1 ? [`${where} no longer stops at its step ${showStep(step)}`] : [];
  });
}

function stopKey(step: Step): string {
  const of = step.type === 'validate' ? canonicalJson([step.path.join('.'), step.schema as Json]) : showStep(step);
  return canonicalJson([of, step.onError, step.when as unknown as Json]);
}

function showStep(step: Step): string {
  switch (step.type) {
    case 'op':
      return step.op;
    case 'js':
    case 'python':
      return `${step.module}:${step.function}`;
    default:
      return step.type;
  }
}

/** Phases that had to be passed on every way to another, and need not be any more. */
function bypasses(from: Skill, to: Skill): string[] {
  const [before, after] = [mustPass(from), mustPass(to)];
  return [...before].flatMap(([node, passed]) => {
    const now = after.get(node);
    if (now === undefined) return []; // it is not reached at all
    const skipped = [...passed].filter((phase) => !now.has(phase));
    const what = node === END ? 'the end' : `the phase "${node}"`;
    return skipped.map((phase) => `${what} can be reached without the phase "${phase}"`);
  });
}

/** Of each node that is reached the nodes on every way to it, itself included. */
function mustPass({ entry, graph }: Skill): ReadonlyMap<string, ReadonlySet<string>> {
  const passed = new Map<string, ReadonlySet<string>>([[entry, new Set([entry])]]);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [node, here] of [...passed]) {
      for (const { to } of graph[node] ?? []) {
        if (to === entry) continue;
        const known = passed.get(to);
        const next = new Set([...here].filter((each) => known === undefined || known.has(each)));
        next.add(to);
        if (known?.size === next.size) continue;
        passed.set(to, next);
        changed = true;
      }
    }
  }
  return passed;
}

function looserEdges(from: Skill, to: Skill): string[] {
  return Object.entries(to.graph).flatMap(([node, edges]) =>
    edges.flatMap((edge) => {
      const same = (from.graph[node] ?? []).filter((each) => each.to === edge.to);
      const way = edge.to === END ? `the way from "${node}" to the end` : `the way from "${node}" to "${edge.to}"`;
      if (same.length === 0)
        return isNewAndOpen(from, edge) ? [`${way} is new and has no guard, as others there have`] : [];
      if (!same.some((each) => holds(each, edge))) return [`${way} has another guard`];
      return same.some((each) => carries(each, edge)) ? [] : [`${way} no longer carries what it carried`];
    }),
  );
}

/** Whether every way to a node had a guard, and this new one has none. */
function isNewAndOpen(from: Skill, edge: Edge): boolean {
  const into = Object.values(from.graph)
    .flat()
    .filter(({ to }) => to === edge.to);
  return into.length > 0 && into.every(({ when }) => when.length > 0) && edge.when.length === 0;
}

/** Whether all conditions of one edge stand on the other, too. */
function holds(from: Edge, to: Edge): boolean {
  return from.when.every((one) => to.when.some((other) => sameJson(one as unknown as Json, other as unknown as Json)));
}

function carries(from: Edge, to: Edge): boolean {
  return Object.entries(from.carry).every(([field, path]) => to.carry[field]?.path === path.path);
}

function raised(from: Skill, to: Skill): string[] {
  return (['max_phase_visits', 'max_turns', 'tokens', 'usd', 'seconds'] as const).flatMap((limit) => {
    const [was, is] = [from.limits[limit], to.limits[limit]];
    if (was === undefined || (is !== undefined && is <= was)) return [];
    return [`the limit ${limit} is ${is === undefined ? 'gone' : is}, not ${was}`];
  });
}
