import type { Json, JsonObject } from '../../json.ts';
import type { KeyPath } from '../../yaml-places.ts';
import { type Part, pathOf } from '../part.ts';
import type { Move } from '../report.ts';

/** What a value becomes, and where its parts were written; `undefined` inside = the key goes away. */
export type Change = { readonly value: Json | undefined; readonly moves: readonly Move[] };

/** The mapping at `part` with some of its keys changed; those that are `undefined` stay as they are. */
export function changeKeys(part: Part, changes: Readonly<Record<string, Change | undefined>>): Change | undefined {
  const made = Object.entries(changes).flatMap(([key, change]) =>
    change === undefined ? [] : [[key, change] as const],
  );
  if (made.length === 0) return undefined;
  const value: JsonObject = { ...(part.value as JsonObject) };
  for (const [key, change] of made) {
    if (change.value === undefined) delete value[key];
    else value[key] = change.value;
  }
  return { value, moves: made.flatMap(([, { moves }]) => moves) };
}

/** The key goes away. */
export const GONE: Change = { value: undefined, moves: [] };

/** A list being made of another: the items of the new one know which of the old they come from. */
export type ListDraft = {
  /** Adds an item that was written at index `from` of the old list. */
  add(item: Json, from: number, moves?: (at: KeyPath) => readonly Move[]): void;
  change(): Change;
};

export function draftList(part: Part): ListDraft {
  const base = pathOf(part);
  const value: Json[] = [];
  const moves: Move[] = [];
  return {
    add(item, from, inside) {
      const at = [...base, value.length];
      if (value.length !== from) moves.push({ at, from: [...base, from] });
      moves.push(...(inside?.(at) ?? []));
      value.push(item);
    },
    change: () => ({ value, moves }),
  };
}
