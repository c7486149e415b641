import type { Json } from '../json.ts';
import { compileSchema, showErrors } from '../schema.ts';
import { targetTypes } from './candidates.ts';
import { carryInto } from './carry.ts';
import { firstFailing } from './guards.ts';
import type { Action } from './next.ts';
import type { Drive } from './ports.ts';

/**
 * Leaves a phase that asks no model: what its steps made goes along the first edge whose guard holds, validated like
 * any other artifact. Nobody is asked, so an artifact that does not fit fails the run.
 */
export function leave(drive: Drive, { phase, input }: Extract<Action, { do: 'leave' }>): void {
  const { skill } = drive;
  const state = drive.state();
  const fail = (code: string, message: string) =>
    drive.emit({ type: 'run_failed', data: { code, message, exit: 1, phase: phase.name } });
  for (const edge of skill.graph[phase.name] ?? []) {
    const artifact = carryInto(input.artifact, edge, state, input.artifact);
    const failing = firstFailing(edge.when, { visits: state.visits, input: state.input.artifact, artifact });
    if (failing !== undefined) continue;
    const fitting = typeFor(artifact, targetTypes(skill, edge));
    if ('errors' in fitting) {
      fail('artifact', `what leaves ${phase.name} to ${edge.to} does not fit: ${fitting.errors}`);
      return;
    }
    drive.emit({ type: 'phase_left', data: { to: edge.to, type: fitting.type, artifact } });
    return;
  }
  fail('no_candidate', `no guard of ${phase.name}'s edges holds`);
}

function typeFor(artifact: Json, types: ReturnType<typeof targetTypes>): { type: string } | { errors: string } {
  const errors: string[] = [];
  for (const type of types) {
    const found = compileSchema(type.schema)(artifact);
    if (found.length === 0) return { type: type.name };
    errors.push(`${type.name}: ${showErrors(found)}`);
  }
  return { errors: errors.join(' · ') };
}
