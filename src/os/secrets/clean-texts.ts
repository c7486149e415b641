/** Texts that were looked through and hold no secret: names of members, instructions of a skill, what is told again. */
export type CleanTexts = { has(text: string): boolean; add(text: string): void };

const PLACES = 1 << 9;
/** A longer one is not remembered: all together they take no more than {@link PLACES} times as much. */
const LONGEST = 1 << 14;

/**
 * Remembers the latest text of each place. Where a text belongs is told by its length and three of its characters, since
 * a digest of the whole would take as long as looking through it; whether it is there is told by comparing it.
 */
export function openCleanTexts(): CleanTexts {
  const texts = new Array<string | undefined>(PLACES).fill(undefined);
  return {
    has: (text) => text.length <= LONGEST && texts[placeOf(text)] === text,
    add: (text) => {
      if (text.length <= LONGEST) texts[placeOf(text)] = text;
    },
  };
}

function placeOf(text: string): number {
  const { length } = text;
  if (length === 0) return 0;
  const signs = text.charCodeAt(0) * 7 + text.charCodeAt(length >> 1) * 31 + text.charCodeAt(length - 1) * 131;
  return (length * 17 + signs) & (PLACES - 1);
}
