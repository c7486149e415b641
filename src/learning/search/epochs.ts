import { pickSome, type Stream } from '../../os/models/world/stream.ts';

/** Items in batches: all of them once, in random order, before any comes again. */
export function epochs<T>(items: readonly T[], chance: Stream): (count: number) => T[] {
  let left: T[] = [];
  return (count) => {
    const batch: T[] = [];
    while (batch.length < Math.min(count, items.length)) {
      if (left.length === 0) left = pickSome(items, items.length, chance);
      const at = left.findIndex((item) => !batch.includes(item));
      if (at === -1) left = [];
      else batch.push(...left.splice(at, 1));
    }
    return batch;
  };
}
