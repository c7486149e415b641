import type { RunDecisions } from '../../api.ts';
import { clean, moment, oneLine, type Paint, table } from '../output.ts';

type Decided = RunDecisions['decisions'][number];

/** Who allowed what: a run on a page, its sub-runs after it. */
export function showDecisions(runs: readonly RunDecisions[], paint: Paint, width: number | undefined): string {
  return runs.map((run) => showOne(run, paint, width)).join('\n');
}

function showOne(run: RunDecisions, paint: Paint, width: number | undefined): string {
  const { bold, dim } = paint;
  const section = (title: string, head: readonly string[], rows: readonly (readonly string[])[]) =>
    rows.length === 0 ? '' : `${bold(title)}\n${indented(table([head.map(dim), ...rows], width && width - 2))}`;
  return [
    `${bold(run.run)}  ${run.skill}\n${dim(`started ${moment(run.started)} UTC · version ${run.version}`)}\n`,
    run.decisions.length === 0 ? dim('Nothing was asked for that needs leave.\n') : '',
    section(
      'Decisions',
      ['event', 'time', 'verdict', 'op', 'decided by', 'on'],
      run.decisions.map((each) => [
        String(each.seq),
        time(each.at),
        verdict(each, paint),
        each.op,
        oneLine(decidedBy(each), 48),
        `${clean(each.resource)}${each.reason === undefined ? '' : ` — ${clean(each.reason)}`}`,
      ]),
    ),
    section(
      'Questions',
      ['event', 'time', 'kind', 'answer', 'by', 'question'],
      run.questions.map(({ seq, at, kind, text, answered }) => [
        String(seq),
        time(at),
        kind,
        answered === undefined ? paint.yellow('open') : oneLine(answered.answer, 32),
        answered === undefined ? '' : who(answered.by),
        text,
      ]),
    ),
    section(
      'Writes',
      ['event', 'time', 'op', 'before', 'after', 'end', 'path'],
      run.writes.map(({ seq, at, op, pre, post, end, path }) => [
        String(seq),
        time(at),
        op,
        image(pre),
        image(post),
        ended(end, paint),
        path,
      ]),
    ),
    section(
      'Outside',
      ['event', 'time', 'op', 'backend', 'end', 'on'],
      run.external.map(({ seq, at, op, backend = '', end, resource }) => [
        String(seq),
        time(at),
        op,
        backend,
        ended(end, paint),
        resource,
      ]),
    ),
  ].join('');
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

function time(iso: string): string {
  return moment(iso).slice(11);
}

function verdict({ verdict: said }: Decided, { green, red, yellow }: Paint): string {
  return said === 'allowed' ? green(said) : said === 'denied' ? red(said) : yellow(said);
}

/** The rule that decided; of an answer also who gave it. */
function decidedBy({ by, question }: Decided): string {
  return question === undefined ? by : `${by}: "${clean(question.answer)}" by ${who(question.by)}`;
}

const WHO: Readonly<Record<string, string>> = {
  terminal: 'a person at the terminal',
  answer: 'a person, `reyn answer`',
  policy: 'the default: nobody was there',
};

function who(by: string): string {
  return WHO[by] ?? by;
}

/** The beginning of a digest, as much as tells two versions of a file apart. */
function image(digest: string | null): string {
  return digest === null ? 'no file' : digest.slice(0, 12);
}

function ended(end: string, { red, yellow }: Paint): string {
  return end === 'done' ? end : end === 'open' ? yellow('no receipt') : red(end);
}
