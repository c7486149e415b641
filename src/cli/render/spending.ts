import type { Spending } from '../../api.ts';
import { columnsOf, dollars, grouped, type Paint, plural, table } from '../output.ts';

type Row = Spending['rows'][number];

/** Columns of the longest bar. */
const BAR = 20;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A row for each skill, model or day, with a bar of its share: of dollars where there are any, else of tokens, else of turns. */
export function showSpending({ by, since, rows, total }: Spending, { bold, dim, cyan, yellow }: Paint): string {
  if (rows.length === 0) return '';
  const weight = weightIn(total);
  const most = Math.max(...rows.map(weight));
  const cells = (name: string, row: Omit<Row, 'name'>) => [
    name,
    grouped(row.runs),
    grouped(row.turns),
    ...(by === 'model' ? [] : [grouped(row.ops)]),
    grouped(row.input),
    grouped(row.output),
    grouped(row.cached),
    row.unpriced > 0 && row.usd === 0 ? '?' : dollars(row.usd),
  ];
  const head = [by, 'runs', 'turns', ...(by === 'model' ? [] : ['ops']), 'tokens in', 'out', 'cached', 'USD', ''];
  const lines = [
    head.map(dim),
    ...rows.map((row) => [...cells(row.name, row), cyan(bar(weight(row), most))]),
    [...cells('total', total).map(bold), ''],
  ];
  const unpriced =
    total.unpriced === 0
      ? ''
      : `${yellow('?')} no price is known for ${plural(total.unpriced, 'token')}; see \`price\` in the config\n`;
  return `${since === undefined ? '' : dim(`since ${since} UTC\n`)}${table(aligned(lines), undefined)}${unpriced}`;
}

function weightIn({ usd, input, output }: Spending['total']): (row: Omit<Row, 'name'>) => number {
  if (usd > 0) return (row) => row.usd;
  return input + output > 0 ? (row) => row.input + row.output : (row) => row.turns;
}

/** A bar in eighths of a column; what is not nothing shows. */
function bar(value: number, most: number): string {
  if (value <= 0 || most <= 0) return '';
  const eighths = Math.max(1, Math.round((value / most) * BAR * 8));
  return '█'.repeat(eighths >> 3) + (EIGHTHS[eighths & 7] ?? '');
}

/** Numbers end where their column does. */
function aligned(lines: readonly (readonly string[])[]): string[][] {
  const last = (lines[0]?.length ?? 0) - 1;
  const widths = Array.from({ length: last }, (_, i) => Math.max(...lines.map((line) => columnsOf(line[i] ?? ''))));
  return lines.map((line) =>
    line.map((cell, i) => (i === 0 || i === last ? cell : ' '.repeat((widths[i] ?? 0) - columnsOf(cell)) + cell)),
  );
}
