import type { Span } from './spans.ts';

/**
 * A text as another reader sees it: without escapes, without characters that do not show. Secrets are looked for in the
 * view, and found again in the text.
 */
export type View = {
  readonly text: string;
  /** The span of the text that a span of the view came from. */
  readonly back: (span: Span) => Span;
};

/**
 * Reads what stands for one character, or for none, at a place.
 * @returns how many characters that takes, times {@link TAKES}, plus the code it stands for, {@link NOTHING} for none; 0
 * where nothing stands for another.
 */
export type Read = (text: string, at: number) => number;

export const TAKES = 2 ** 17;
export const NOTHING = 2 ** 16;

/**
 * The view in which everything that begins with the character `lead` is as `read` says; `undefined` where that is the
 * text itself. Of the lines only those with such a character are in it: of the others a view tells nothing new.
 */
export function viewOfLines(text: string, lead: string, read: Read): View | undefined {
  let next = text.indexOf(lead);
  if (next === -1) return undefined;
  const view = startView(text);
  while (next !== -1) {
    const lineEnd = text.indexOf('\n', next);
    const end = lineEnd === -1 ? text.length : lineEnd + 1;
    view.from(next === 0 ? 0 : text.lastIndexOf('\n', next - 1) + 1);
    while (next !== -1 && next < end) next = text.indexOf(lead, view.put(next, read(text, next)));
    view.copy(end);
  }
  return view.made();
}

/** The same over the whole text, with `read` asked wherever `leads`, a global expression, matches. */
export function viewOfAll(text: string, leads: RegExp, read: Read): View | undefined {
  const view = startView(text);
  view.from(0);
  leads.lastIndex = 0;
  for (let found = leads.exec(text); found !== null; found = leads.exec(text)) {
    leads.lastIndex = view.put(found.index, read(text, found.index));
  }
  view.copy(text.length);
  return view.made();
}

/** A view is put together from stretches that are the same in it and in the text, and single characters that are not. */
function startView(text: string) {
  const parts: string[] = [];
  /** Where each part begins in the view and in the text, and how much of the text a part that differs stands for. */
  const [inView, inText, stands]: [number[], number[], number[]] = [[], [], []];
  let at = 0;
  let size = 0;
  let isChanged = false;

  const add = (part: string, from: number, takes: number) => {
    parts.push(part);
    inView.push(size);
    inText.push(from);
    stands.push(takes);
    size += part.length;
  };
  const copy = (to: number) => {
    if (to > at) add(text.slice(at, to), at, 0);
    at = to;
  };
  /** What `found` says of the place `place`. @returns where to look on. */
  const put = (place: number, found: number): number => {
    if (found === 0) return place + 1;
    copy(place);
    isChanged = true;
    const takes = Math.floor(found / TAKES);
    const code = found % TAKES;
    if (code !== NOTHING) add(String.fromCharCode(code), place, takes);
    at = place + takes;
    return at;
  };
  /** The part that the character `place` of the view is in. */
  const partAt = (place: number): number => {
    let [low, high] = [0, inView.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((inView[middle] as number) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  const startOf = (place: number): number => {
    const part = partAt(place);
    return (inText[part] as number) + (stands[part] === 0 ? place - (inView[part] as number) : 0);
  };
  const endOf = (place: number): number => startOf(place) + (stands[partAt(place)] || 1);
  return {
    from: (place: number) => {
      at = place;
    },
    copy,
    put,
    made: (): View | undefined =>
      isChanged
        ? {
            text: parts.join(''),
            back: (span) => ({ ...span, start: startOf(span.start), end: endOf(span.end - 1) }),
          }
        : undefined,
  };
}
