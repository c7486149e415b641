import type { CaseReport } from '../report.ts';
import { meanUsed, percent, showDollars, showScore, showSeconds, stateOf } from './figures.ts';
import { escapeText } from './markup.ts';

/**
 * Charts as inline SVG. Colours are classes of the page's style, so that they follow light and dark; every mark says its
 * figures in a title, for pointers and for screen readers.
 */

const LABEL = 180;
const BAR = 360;
const LINE = 18;
/** Beyond that a label would run into the bars; the title has it whole. */
const MOST_LETTERS = 24;

/** Bars of the score of each case, and a line at the threshold. */
export function scoreChart(cases: readonly CaseReport[], threshold: number): string {
  const height = cases.length * LINE + 4;
  const bars = cases.map((each, i) => {
    const text = `${each.id}: score ${showScore(each.score)}, passed ${each.passed} of ${each.rows.length}`;
    return bar(i, each.id, each.score, stateOf(each), text, showScore(each.score));
  });
  const at = LABEL + BAR * threshold;
  const line = `<line class="threshold" x1="${at}" x2="${at}" y1="0" y2="${height}"><title>needed: ${showScore(threshold)}</title></line>`;
  return svg('Score of each case', LABEL + BAR + 60, height, [...bars, line]);
}

/** Bars of the share of single runs that passed: of all cases, and of each tag. */
export function passChart(cases: readonly CaseReport[]): string {
  const tags = [...new Set(cases.flatMap((each) => each.tags))].sort();
  const groups = [
    { name: 'all cases', of: cases },
    ...tags.map((tag) => ({ name: `#${tag}`, of: cases.filter((each) => each.tags.includes(tag)) })),
  ];
  const bars = groups.map(({ name, of }, i) => {
    const runs = of.reduce((sum, { rows }) => sum + rows.length, 0);
    const passed = of.reduce((sum, each) => sum + each.passed, 0);
    const share = runs === 0 ? 0 : passed / runs;
    return bar(i, name, share, 'rate', `${name}: ${passed} of ${runs} runs passed`, percent(share));
  });
  return svg('Share of runs that passed', LABEL + BAR + 60, groups.length * LINE + 4, bars);
}

/** Bars of what a run of each case took, on average: `tokens`, `usd` or `ms`. */
export function usedChart(cases: readonly CaseReport[], of: 'tokens' | 'usd' | 'ms'): string {
  const means = cases.map(({ rows }) => meanUsed(rows)[of]);
  const most = Math.max(...means, Number.MIN_VALUE);
  const write = { tokens: (n: number) => String(Math.round(n)), usd: showDollars, ms: showSeconds }[of];
  const bars = cases.map(({ id }, i) => {
    const mean = means[i] ?? 0;
    return bar(i, id, mean / most, 'used', `${id}: ${write(mean)} on average`, write(mean));
  });
  const names = { tokens: 'Tokens per run', usd: 'Cost per run', ms: 'Time per run' };
  return svg(names[of], LABEL + BAR + 60, cases.length * LINE + 4, bars);
}

const CELL = 16;

/** A row for each case, a cell for each of its checks: the fuller, the better it was met on average. */
export function heatMap(cases: readonly CaseReport[]): string {
  const most = Math.max(1, ...cases.map((each) => checksOf(each).length));
  const rows = cases.flatMap((each, i) => {
    const y = i * LINE;
    const cells = checksOf(each).map(({ id, mean, required }, n) => {
      const text = `${each.id} · ${id}${required ? '' : ' (wished for)'}: ${showScore(mean)}`;
      const x = LABEL + n * CELL;
      const size = `width="${CELL - 2}" height="${CELL - 2}"`;
      return `<g><title>${escapeText(text)}</title><rect class="cold" x="${x}" y="${y + 2}" ${size}/><rect class="warm" x="${x}" y="${y + 2}" ${size} opacity="${mean.toFixed(2)}"/></g>`;
    });
    return [label(y, each.id), ...cells];
  });
  return svg('How far each check was met', LABEL + most * CELL + 4, cases.length * LINE + 4, rows);
}

/** Checks of a case in their order, with the mean of their scores over the repeats. */
function checksOf({ rows }: CaseReport): readonly { id: string; mean: number; required: boolean }[] {
  const found = new Map<string, { sum: number; required: boolean }>();
  for (const { id, score, required } of rows.flatMap((row) => row.checks)) {
    const known = found.get(id) ?? { sum: 0, required };
    found.set(id, { sum: known.sum + score, required });
  }
  return [...found].map(([id, { sum, required }]) => ({ id, mean: sum / rows.length, required }));
}

function bar(i: number, name: string, share: number, kind: string, text: string, figure: string): string {
  const y = i * LINE;
  const width = Math.max(0, Math.min(1, share)) * BAR;
  return `<g><title>${escapeText(text)}</title>${label(y, name)}<rect class="ground" x="${LABEL}" y="${y + 3}" width="${BAR}" height="${LINE - 6}"/><rect class="${kind}" x="${LABEL}" y="${y + 3}" width="${width.toFixed(1)}" height="${LINE - 6}"/><text x="${LABEL + BAR + 6}" y="${y + 14}">${escapeText(figure)}</text></g>`;
}

function label(y: number, name: string): string {
  const letters = [...name];
  const short = letters.length <= MOST_LETTERS ? name : `${letters.slice(0, MOST_LETTERS - 1).join('')}…`;
  return `<text class="label" x="${LABEL - 6}" y="${y + 14}" text-anchor="end">${escapeText(short)}</text>`;
}

function svg(name: string, width: number, height: number, parts: readonly string[]): string {
  return `<svg role="img" aria-label="${name}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${parts.join('')}</svg>`;
}
