import { getPath, type Json } from '../json.ts';
import { compileSchema } from '../schema.ts';
import type { Condition, Edge, Guard } from '../skills/skill.ts';

/** What a guard may look at. `artifact` is what leaves the phase; absent while that is not known. */
export type GuardView = {
  readonly visits: Readonly<Record<string, number>>;
  readonly input: Json;
  readonly artifact?: Json;
};

/** Whether the condition holds; an absent path fails it. */
export function holds(condition: Condition, view: GuardView): boolean {
  const found = valueAt(condition, view);
  return found !== undefined && compileSchema(condition.schema)(found).length === 0;
}

/** The value a condition looks at; `undefined` when the path is absent. A phase never entered has 0 visits. */
export function valueAt(condition: Condition, view: GuardView): unknown {
  if (condition.root !== 'visits') return getPath(view[condition.root], condition.segments);
  return view.visits[condition.segments.join('.')] ?? 0;
}

/** The first condition that fails, or `undefined` when the guard holds. */
export function firstFailing(guard: Guard, view: GuardView): Condition | undefined {
  return guard.find((condition) => !holds(condition, view));
}

/** Conditions that can be decided before a model answers: on visits and input. */
export function isOpen(edge: Edge, view: GuardView): boolean {
  return edge.when.every((condition) => condition.root === 'artifact' || holds(condition, view));
}
