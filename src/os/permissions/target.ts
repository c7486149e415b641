import { visible } from '../visible.ts';
import { isRefusal, type Location, parseLocation, showLocation } from '../workspace/location.ts';
import { type Need, resourceOf } from './need.ts';

/** What a need is about: the canonical resource, and for files where it lies. */
export type Target = { readonly need: Need; readonly resource: string; readonly location?: Location };

/** @returns why a path means nothing, where it does not. */
export function targetOf(need: Need): Target | { readonly refused: string } {
  if (need.kind === 'exec' && need.cwd !== undefined) {
    const start = parseLocation(need.cwd);
    if (isRefusal(start)) return start;
    if (start.root !== 'project' && start.root !== 'work') {
      return { refused: `A program starts in the project or in its work folder, not in "${visible(need.cwd)}".` };
    }
  }
  if (need.kind !== 'file.read' && need.kind !== 'file.write') return { need, resource: resourceOf(need) };
  const location = parseLocation(need.path);
  return isRefusal(location) ? location : { need, resource: showLocation(location), location };
}
