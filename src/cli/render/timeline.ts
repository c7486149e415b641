import { branchOf } from '../../os/branches.ts';
import type { BranchesDetail, RunDetail, VisitDetail } from '../../os/runs/summary.ts';
import { columnsOf, dollars, duration, grouped, oneLine, type Paint, plural } from '../output.ts';

type Row = { readonly label: string; readonly from: number; readonly ms: number; readonly figures: string };

const MAX_LABEL = 28;
const FIGURES = 36;

/**
 * When each phase was on and what it cost: a bar for every visit on one axis of time, sub-runs indented below the visit
 * that started them. Waiting for people counts as time.
 */
export function timeline(run: RunDetail, width: number, { dim, cyan }: Paint): string[] {
  const began = Date.parse(run.started);
  const rows = run.visits.flatMap((visit) => rowsOf(visit, began));
  const total = Math.max(1, ...rows.map(({ from, ms }) => from + ms));
  const labels = Math.max(...rows.map(({ label }) => columnsOf(label)));
  const room = Math.min(48, Math.max(10, width - labels - FIGURES - 6));
  const axis = `${' '.repeat(labels + 4)}0${duration(total).padStart(room - 1)}`;
  return [
    dim(axis),
    ...rows.map(({ label, from, ms, figures }) => {
      const start = Math.min(room - 1, Math.floor((from / total) * room));
      const end = Math.max(start + 1, Math.min(room, Math.round(((from + ms) / total) * room)));
      const bar = dim('·'.repeat(start)) + cyan('█'.repeat(end - start)) + dim('·'.repeat(room - end));
      return `  ${label}${' '.repeat(labels - columnsOf(label))}  ${bar}  ${dim(figures)}`;
    }),
  ];
}

function rowsOf(visit: VisitDetail, began: number): Row[] {
  const { phase, visit: nth, started, ms, turns, tokens, usd, ops } = visit;
  const label = oneLine(nth > 1 ? `${phase} (${nth})` : phase, MAX_LABEL);
  const own: Row = {
    label,
    from: Date.parse(started) - began,
    ms,
    figures: figuresOf({ ms, turns, ops: ops.length, tokens, usd }),
  };
  const children = ops.flatMap(({ step, about, child }): Row[] => {
    if (child === undefined || branchOf(step) !== undefined) return [];
    return [
      {
        label: `  ${oneLine(`↳ ${about}`, MAX_LABEL - 2)}`,
        from: Date.parse(child.started) - began,
        ms: child.ms,
        figures: figuresOf(child),
      },
    ];
  });
  const together = ops.flatMap(({ step, child }) =>
    child !== undefined && branchOf(step) !== undefined ? [child] : [],
  );
  if (together.length > 0) children.push(folded(together, began));
  return [own, ...children];
}

/** Sub-runs of branches in one row: from the first start to the last end, costs added up. */
function folded(children: readonly NonNullable<VisitDetail['ops'][number]['child']>[], began: number): Row {
  const sum = (of: (child: (typeof children)[number]) => number) => children.reduce((all, child) => all + of(child), 0);
  const from = Math.min(...children.map(({ started }) => Date.parse(started))) - began;
  const end = Math.max(...children.map(({ started, ms }) => Date.parse(started) + ms)) - began;
  const ms = end - from;
  const figures = figuresOf({
    ms,
    turns: sum((c) => c.turns),
    ops: sum((c) => c.ops),
    tokens: sum((c) => c.tokens),
    usd: sum((c) => c.usd),
  });
  return { label: `  ↳ ${plural(children.length, 'sub-run')}`, from, ms, figures };
}

function figuresOf({
  ms,
  turns,
  ops,
  tokens,
  usd,
}: {
  ms: number;
  turns: number;
  ops: number;
  tokens: number;
  usd: number;
}): string {
  return [
    duration(ms),
    ...(turns === 0 ? [] : [plural(turns, 'turn')]),
    ...(ops === 0 ? [] : [plural(ops, 'op')]),
    ...(tokens === 0 ? [] : [`${grouped(tokens)} tok`]),
    ...(usd === 0 ? [] : [dollars(usd)]),
  ].join(' · ');
}

/** `50 branches of step 2/s1: 49 done, 1 failed`. */
export function branchesLine({ step, count, done, failed }: BranchesDetail): string {
  return `${plural(count, 'branch', 'branches')} of step ${step}: ${done} done${failed === 0 ? '' : `, ${failed} of them failed`}`;
}
