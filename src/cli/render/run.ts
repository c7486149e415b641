import { branchOf } from '../../os/branches.ts';
import type { RunDetail, RunSummary, VisitDetail } from '../../os/runs/summary.ts';
import { clean, duration, moment, oneLine, type Paint, plural } from '../output.ts';
import { question } from './outcome.ts';
import { figures, named } from './run-view.ts';
import { branchesLine, timeline } from './timeline.ts';
import { readable } from './value.ts';

/** One run on a page: what it was given, the path it took, what it gave. */
export function showRun(run: RunDetail, paint: Paint, width = 80): string {
  const { bold, dim } = paint;
  const { spent } = run;
  const counts = figures({ ...spent, tokens: spent.inputTokens + spent.outputTokens }).join(' · ');
  const section = (title: string, body: string) => [
    bold(title),
    ...body
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
  ];
  return [
    `${bold(run.run)}  ${run.skill}  ${run.status}`,
    dim(
      `started ${moment(run.started)} UTC${run.ended === undefined ? '' : `, ended ${moment(run.ended)}`} · ${counts}`,
    ),
    dim(`version ${run.version}${run.parent === undefined ? '' : ` · started by run ${run.parent}`}`),
    ...section(`Input (${run.input.type})`, readable(run.input.artifact)),
    bold('Timeline'),
    ...timeline(run, width, paint),
    bold('Path'),
    ...run.visits.flatMap((visit) => visitLines(visit, paint)),
    ...(run.outcome === undefined ? [] : section(`Result (${run.outcome.type})`, readable(run.outcome.artifact))),
    ...(run.reason === undefined ? [] : section('Why', `${run.reason.code}: ${clean(run.reason.message)}`)),
    ...(run.waiting.length === 0 ? [] : [bold('Waits for'), ...run.waiting.flatMap(question)]),
    '',
  ].join('\n');
}

/** A run whose log is not what was written: what is wrong with it, and what to do. */
export function showDamaged(run: RunSummary, { bold, dim, red }: Paint): string {
  return [
    `${bold(run.run)}  ${run.skill}  ${red(run.status)}`,
    dim(`started ${moment(run.started)} UTC`),
    dim(`version ${run.version}${run.parent === undefined ? '' : ` · started by run ${run.parent}`}`),
    ...(run.fault === undefined ? [] : [`${red('fault')}  ${clean(run.fault)}`]),
    `${dim('next')}   reyn audit verify ${run.run}`,
    '',
  ].join('\n');
}

function visitLines(visit: VisitDetail, { dim, green, red, yellow, cyan }: Paint): string[] {
  const counts = [plural(visit.turns, 'turn'), ...(visit.rejected === 0 ? [] : [`${visit.rejected} refused`])];
  const ops = visit.ops
    .filter(({ step }) => branchOf(step) === undefined)
    .map(({ kind, about, by, verdict, ok }) => {
      const mark = verdict === 'denied' ? red('denied') : verdict === 'waiting' ? yellow('waits') : green('allowed');
      return `    ${mark} ${named(kind, about)}${dim(`  ${oneLine(by, 72)}`)}${ok === false ? red('  failed') : ''}`;
    });
  const { left } = visit;
  const sure = left?.confidence === undefined ? '' : dim(` (${left.confidence})`);
  const why = left?.reason === undefined ? '' : dim(`  ${oneLine(left.reason, 72)}`);
  return [
    `  ${visit.phase}${visit.visit > 1 ? dim(`  visit ${visit.visit}`) : ''}  ${dim([...counts, duration(visit.ms)].join(' · '))}`,
    ...ops,
    ...visit.branches.map((branches) => `    ${branchesLine(branches)}`),
    ...(left === undefined ? [] : [`    ${cyan('→')} ${left.to}${sure}${why}`]),
  ];
}
