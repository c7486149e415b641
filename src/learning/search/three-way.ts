import { diffArrays } from 'diff';

/** Lines `from` to `to` of the text before, and what stands in their place. */
type Change = { readonly from: number; readonly to: number; readonly lines: readonly string[] };

/**
 * A text with the changes that two others make of it, line by line; `undefined` where they change the same lines in
 * different ways. What both add in one place stands there one after the other, lines that both add once.
 */
export function threeWay(before: string, one: string, two: string): string | undefined {
  const lines = linesOf(before);
  const [left, right] = [changesOf(lines, linesOf(one)), changesOf(lines, linesOf(two))];
  const out: string[] = [];
  let at = 0;
  while (left.length > 0 || right.length > 0) {
    const change = nextChange(left, right);
    if (change === undefined || change.from < at) return undefined;
    out.push(...lines.slice(at, change.from), ...change.lines);
    at = change.to;
  }
  return [...out, ...lines.slice(at)].join('\n');
}

/** Without the end of the last line, which every line has here or none. */
const linesOf = (text: string): string[] => text.split('\n');

/** Takes the next change off; `undefined` where both have a different one of the same lines. */
function nextChange(left: Change[], right: Change[]): Change | undefined {
  const [a, b] = [left[0], right[0]];
  if (b === undefined || (a !== undefined && a.to <= b.from && !bothAdd(a, b))) return left.shift();
  if (a === undefined || (b.to <= a.from && !bothAdd(a, b))) return right.shift();
  left.shift();
  right.shift();
  if (a.from === b.from && a.to === b.to && a.lines.join('\n') === b.lines.join('\n')) return a;
  if (!bothAdd(a, b)) return undefined;
  return { ...a, lines: [...a.lines, ...b.lines.filter((line) => !a.lines.includes(line))] };
}

const bothAdd = (a: Change, b: Change): boolean => a.from === a.to && b.from === b.to && a.from === b.from;

function changesOf(before: string[], after: string[]): Change[] {
  const changes: Change[] = [];
  let at = 0;
  let open: { from: number; to: number; lines: string[] } | undefined;
  for (const { value, added, removed } of diffArrays(before, after)) {
    if (!added && !removed) {
      at += value.length;
      open = undefined;
      continue;
    }
    if (open === undefined) {
      open = { from: at, to: at, lines: [] };
      changes.push(open);
    }
    if (added) open.lines.push(...value);
    else {
      at += value.length;
      open.to = at;
    }
  }
  return changes;
}
