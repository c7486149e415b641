import { createHash } from 'node:crypto';
import type { CaseReport, EvalReport } from '../report.ts';
import { heatMap, passChart, scoreChart, usedChart } from './charts.ts';
import {
  countStates,
  isGood,
  meanUsed,
  missesOf,
  passRates,
  percent,
  showDollars,
  showScore,
  showSeconds,
  showVersion,
  stateOf,
} from './figures.ts';
import { escapeAttribute, escapeText } from './markup.ts';
import { SCRIPT, STYLE } from './page-parts.ts';

/**
 * A report as one page that needs nothing else: no network, no file beside it, and no script to be read. Its policy
 * lets only its own style and script count, by their hashes, so that text of a case could do nothing even if it came
 * through unescaped.
 */
export function htmlReport(report: EvalReport): string {
  const { cases, threshold } = report;
  const title = `${showVersion(report)}: ${showScore(report.score)}`;
  const policy = `default-src 'none'; style-src '${hashOf(STYLE)}'; script-src '${hashOf(SCRIPT)}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeText(showVersion(report))}</h1>
<p>${escapeText(`Evaluation ${report.id} of ${report.date}, model ${report.model}.`)}</p>
<ul class="figures">
${figuresOf(report)
  .map(([name, figure]) => `<li>${escapeText(name)}<b>${escapeText(figure)}</b></li>`)
  .join('\n')}
</ul>
<div class="charts">
${figure('Scores', scoreChart(cases, threshold))}
${figure('Runs that passed', passChart(cases))}
${figure('Checks', heatMap(cases))}
${figure('Time', usedChart(cases, 'ms'))}
${figure('Tokens', usedChart(cases, 'tokens'))}
${figure('Cost', usedChart(cases, 'usd'))}
</div>
<h2>Cases</h2>
<div class="controls" id="controls" hidden>
<label>Find <input id="words" type="search"></label>
<label>Show <select id="state"><option value="">all</option><option>failed</option><option>flaky</option><option>error</option><option>passed</option></select></label>
<output id="left"></output>
</div>
<table id="cases">
<thead><tr><th>case</th><th>state</th><th class="n">score</th><th class="n">passed</th><th class="n">time</th><th class="n">cost</th><th>tags</th><th>what went wrong</th></tr></thead>
<tbody>
${cases.map(rowOf).join('\n')}
</tbody>
</table>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function figuresOf(report: EvalReport): readonly (readonly [name: string, figure: string])[] {
  const { cases, usage } = report;
  const counts = countStates(cases);
  const rates = passRates(cases);
  return [
    ['score', showScore(report.score)],
    ['needed', showScore(report.threshold)],
    ['', isGood(report) ? 'good enough' : 'not good enough'],
    ['cases × repeats', `${cases.length} × ${report.repeats}`],
    ['passed at every repeat', `${counts.passed} (${percent(rates.all)})`],
    ['single runs passed', percent(rates.one)],
    ['flaky · failed · broke off', `${counts.flaky} · ${counts.failed} · ${counts.error}`],
    ['tokens', String(usage.input + usage.output)],
    ['cost', showDollars(usage.usd)],
    ['time', showSeconds(report.ms)],
    ['known already', String(report.cached)],
    ['kept for verifications', String(report.sealed ?? 0)],
  ];
}

function figure(name: string, chart: string): string {
  return `<figure><figcaption>${escapeText(name)}</figcaption>${chart}</figure>`;
}

function rowOf(each: CaseReport): string {
  const { id, score, passed, rows, tags, mustPass } = each;
  const state = stateOf(each);
  const { ms, usd } = meanUsed(rows);
  const misses = missesOf(rows).map(({ what, required, times }) => {
    const often = rows.length > 1 ? ` (${times} of ${rows.length})` : '';
    return `<li>${escapeText(`${required ? '' : 'wished for: '}${what}${often}`)}</li>`;
  });
  const wrong = misses.length === 0 ? '' : `<ul class="misses">${misses.join('')}</ul>`;
  const must = mustPass ? ' (must pass)' : '';
  const number = (value: number, text: string) => `<td class="n" data-by="${value}">${escapeText(text)}</td>`;
  return `<tr data-state="${state}"><td data-by="${escapeAttribute(id)}">${escapeText(id + must)}</td><td class="state ${state}">${state}</td>${number(score, showScore(score))}${number(rows.length === 0 ? 0 : passed / rows.length, `${passed}/${rows.length}`)}${number(ms, showSeconds(ms))}${number(usd, showDollars(usd))}<td>${escapeText(tags.join(', '))}</td><td>${wrong}</td></tr>`;
}
