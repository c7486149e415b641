import type { AuditReport } from '../../api.ts';
import { showWhere } from '../../os/errors.ts';
import { clean, type Paint, plural } from '../output.ts';

type Item = AuditReport['problems'][number];

/** Notes of one kind that are shown one by one. */
const SHOWN = 3;

/** What an audit found: every problem with its place, notes of a kind together. */
export function showReport(report: AuditReport, { bold, green, red, yellow, dim }: Paint): string {
  const { ok, runs, events, blobs, problems, notes } = report;
  const counts = `${plural(runs, 'run')}, ${plural(events, 'event')}, ${plural(blobs, 'blob')}`;
  const head = ok
    ? `${green(bold('intact'))} ${counts}\n`
    : `${red(bold(plural(problems.length, 'problem')))} in ${counts}\n`;
  const item = (paint: Paint['red'], { reason, file, line, run, message }: Item) => {
    const place = showWhere({ file, ...(line === undefined ? {} : { line }), ...(run === undefined ? {} : { run }) });
    return `${bold(place)} ${paint(reason)}\n  ${dim(clean(message))}\n`;
  };
  const kinds = [...Map.groupBy(notes, ({ reason }) => reason)].map(([reason, items]) => {
    const shown = items.slice(0, SHOWN).map((note) => item(yellow, note));
    const more = items.length - shown.length;
    return `${shown.join('')}${more > 0 ? dim(`  and ${plural(more, 'more note')} of this kind (${reason}); --json has all\n`) : ''}`;
  });
  return head + problems.map((problem) => item(red, problem)).join('') + kinds.join('');
}
