import type { Json } from '../../json.ts';
import { listed } from '../../suggest.ts';
import { member, type Part, warn } from '../part.ts';
import { type Change, draftList } from './change.ts';
import { COARSE_OPS, FILE_OPS } from './coarse-ops.ts';

/**
 * Coarse names in `allowed_ops` become the fine ones. `file` is those file ops that `permissions` covers: the others
 * could not act anyway. Where it covers none, all of them, and lint says what to declare.
 */
export function modernOps(part: Part, permissions: Part | undefined): Change | undefined {
  const { value } = part;
  if (!Array.isArray(value) || !value.some(isCoarse)) return undefined;
  const draft = draftList(part);
  const added = new Set<Json>();
  for (const [index, item] of value.entries()) {
    const fine = isCoarse(item) ? fineOps(item, permissions) : undefined;
    if (fine !== undefined) {
      const message = `"${item}" is a name of the original for ${listed(fine)}`;
      const fix = `Write ${fine.map((op) => `"${op}"`).join(', ')}.`;
      warn(member(part, index), 'foreign/coarse-op', message, fix);
    }
    for (const op of fine ?? [item]) {
      if (added.has(op)) continue;
      added.add(op);
      draft.add(op, index);
    }
  }
  return draft.change();
}

function isCoarse(item: Json): item is string {
  return typeof item === 'string' && (item === 'file' || Object.hasOwn(COARSE_OPS, item));
}

function fineOps(coarse: string, permissions: Part | undefined): readonly string[] {
  const other = COARSE_OPS[coarse];
  if (other !== undefined) return [other.op];
  const declared = (key: 'read' | 'write') => {
    const list = permissions && member(member(permissions, 'file'), key).value;
    return Array.isArray(list) && list.length > 0;
  };
  const all = Object.values(FILE_OPS);
  const covered = all.filter(({ needs }) => declared(needs));
  return (covered.length === 0 ? all : covered).map(({ op }) => op);
}
