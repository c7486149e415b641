import type { PendingIntervention, RunOutcome } from '../../os/runs/outcome.ts';
import { clean, oneLine, type Paint } from '../output.ts';
import { figures } from './run-view.ts';
import { readable } from './value.ts';

/** What a run gave, for stdout: the postprocessor's output, else the final artifact; nothing when it has none. */
export function resultText(outcome: RunOutcome): string {
  if (outcome.output !== undefined) return readable(outcome.output.value);
  return outcome.artifact === undefined ? '' : readable(outcome.artifact.artifact);
}

/** How a run ended and what to do next, for stderr. */
export function summary(outcome: RunOutcome, { bold, dim, green, red, yellow }: Paint): string {
  const { spent, status } = outcome;
  const color =
    status === 'finished' && outcome.exit === 0
      ? green
      : status === 'finished' || status === 'waiting' || status === 'interrupted'
        ? yellow
        : red;
  const counts = figures({ ...spent, tokens: spent.inputTokens + spent.outputTokens });
  const lines = [`${color(bold(status))} ${dim([`run ${outcome.run}`, ...counts].join(' · '))}`];
  if (outcome.reason !== undefined) {
    const { code, message, phase } = outcome.reason;
    lines.push(
      `  why    ${clean(message)}${dim(` (${[code, phase].filter((part) => part !== undefined).join(', ')})`)}`,
    );
  }
  for (const denied of outcome.denied) {
    const what = `${denied.op} ${oneLine(denied.resource, 60)}`;
    lines.push(
      `  denied ${what}: ${clean(denied.reason)}${denied.optional ? dim(' (the skill can live with it)') : ''}`,
    );
  }
  for (const waiting of outcome.waiting) lines.push(...question(waiting));
  lines.push(`  next   ${nextStep(outcome)}`);
  return lines.join('\n');
}

/** A question with its choices, indented. */
export function question(waiting: PendingIntervention): string[] {
  const choices = waiting.choices === undefined ? '' : ` [${waiting.choices.map(clean).join(' | ')}]`;
  return [`  asks   ${clean(waiting.text).split('\n').join('\n         ')}${choices}`];
}

function nextStep(outcome: RunOutcome): string {
  const { run, status } = outcome;
  const [asked] = outcome.waiting;
  if (status === 'waiting' && asked !== undefined) {
    const answer = asked.choices?.[0] ?? '<text>';
    return `reyn answer ${asked.id} ${/^[\w-]+$/.test(answer) ? answer : `'${answer}'`}`;
  }
  if (status === 'interrupted') return `reyn resume ${run}`;
  return `reyn runs show ${run}`;
}
