import { html } from 'hono/html';
import { isObject, type Json } from '../os/json.ts';
import type { PendingIntervention } from '../os/runs/outcome.ts';
import type { RunSummary } from '../os/runs/summary.ts';
import { visible } from '../os/visible.ts';

/** Everything shown goes through the template, which escapes it, and `visible`, which shows what would deceive. */
type Markup = ReturnType<typeof html>;

/** The page of open questions. */
export function inboxPage(questions: readonly PendingIntervention[]): Markup {
  const none = html`<p class="none">Nothing waits for a person.</p>`;
  return page('Inbox', html`${questions.length === 0 ? none : questions.map(questionBlock)}`);
}

/** The page of runs, newest first. */
export function runsPage(runs: readonly RunSummary[]): Markup {
  if (runs.length === 0) return page('Runs', html`<p class="none">There is no run yet.</p>`);
  const rows = runs.map(
    ({ run, skill, status, started, spent, waiting, fault }) => html`<tr>
      <td><code>${shown(run)}</code></td><td>${shown(skill)}</td>
      <td class="status">${shown(status)}${fault === undefined ? '' : `: ${shown(fault)}`}</td>
      <td>${shown(started.slice(0, 19).replace('T', ' '))}</td>
      <td>${spent.turns}</td><td>${spent.ops}</td><td>$${spent.usd.toFixed(4)}</td>
      <td>${waiting.length === 0 ? '' : html`<a href="/dashboard/inbox">${waiting.length}</a>`}</td>
    </tr>`,
  );
  const heads = ['Run', 'Skill', 'Status', 'Started (UTC)', 'Turns', 'Ops', 'Cost', 'Waits'];
  return page(
    'Runs',
    html`<table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`,
  );
}

function page(title: string, main: Markup): Markup {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Reyn</title>
<link rel="stylesheet" href="/assets/dashboard.css">
<script type="module" src="/assets/dashboard.js"></script>
</head>
<body>
<header><strong>Reyn</strong><nav><a href="/dashboard/inbox">Inbox</a> <a href="/dashboard/runs">Runs</a></nav></header>
<h1>${title}</h1>
<p id="said" role="status"></p>
<main>${main}</main>
</body>
</html>`;
}

const SHOWN = ['skill', 'phase', 'op', 'resource', 'why'] as const;

function questionBlock(asked: PendingIntervention): Markup {
  const about = isObject(asked.about) ? asked.about : {};
  const known: Readonly<Record<string, Json | undefined>> = { skill: asked.skill, ...about };
  const rows = SHOWN.flatMap((key) => {
    const value = known[key];
    return typeof value === 'string' ? [html`<dt>${key}</dt><dd>${shown(value)}</dd>`] : [];
  });
  const until = asked.expires === undefined ? '' : `, open until ${asked.expires}`;
  return html`<article data-id="${asked.id}" data-digest="${asked.digest}">
  <h2>${shown(asked.text)}</h2>
  <p class="from">${asked.kind} <code>${shown(asked.id)}</code> of run <code>${shown(asked.run)}</code>, since ${shown(asked.opened)}${shown(until)}</p>
  <dl>${rows}</dl>
  ${changeBlock(about)}
  <div class="answers">${answersOf(asked)}</div>
</article>`;
}

/** What a write would change, whole: the end of a diff may be the point. */
function changeBlock(about: Readonly<Record<string, Json | undefined>>): Markup | '' {
  if (typeof about.unseen === 'string')
    return html`<p class="unseen">What it would change cannot be shown: ${shown(about.unseen)}</p>`;
  if (typeof about.diff === 'string') {
    return html`<pre class="diff">${about.diff.split('\n').map(
      (line) => html`<span class="${lineClass(line)}">${shown(line)}
</span>`,
    )}</pre>`;
  }
  if (about.args === undefined) return '';
  return html`<pre class="args">${shown(JSON.stringify(about.args, null, 2))}</pre>`;
}

function lineClass(line: string): string {
  if (line.startsWith('@@')) return 'at';
  return line.startsWith('+') ? 'plus' : line.startsWith('-') ? 'minus' : 'same';
}

function answersOf({ choices, default: proposed }: PendingIntervention): Markup {
  if (choices !== undefined) {
    return html`${choices.map((choice) => html`<button type="button" data-answer="${choice}">${shown(choice)}</button>`)}`;
  }
  return html`<input type="text" aria-label="Answer" value="${proposed ?? ''}"><button type="button" data-typed>Answer</button>`;
}

function shown(text: string): string {
  return visible(text);
}
