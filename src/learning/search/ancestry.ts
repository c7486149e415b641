import type { Book, BookedCandidate } from './book.ts';

/** All candidates that one descends from, by either parent: the nearest first, each once. */
export function ancestry({ candidates }: Pick<Book, 'candidates'>, of: BookedCandidate): readonly BookedCandidate[] {
  const found = new Set<BookedCandidate>();
  let level: readonly BookedCandidate[] = [of];
  while (level.length > 0) {
    level = level
      .flatMap(({ parent, other }) => [parent, other])
      .flatMap((id) => (id === undefined ? [] : (candidates.get(id) ?? [])))
      .filter((each) => !found.has(each));
    for (const each of level) found.add(each);
  }
  return [...found];
}
