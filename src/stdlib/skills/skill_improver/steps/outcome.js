const MOST = 480;

/** What is better, as a version says why it was made. */
export function why({ scores, verdict }) {
  const said =
    verdict?.summary ?? verdict?.reason ?? `${percent(scores.before)} before, ${percent(scores.after)} after`;
  return said.slice(0, MOST);
}

export function report({
  skill,
  search,
  from,
  to,
  policy,
  notes,
  scores,
  calls,
  iterations,
  diff = '',
  verdict,
  applied,
}) {
  const outcome = outcomeOf(verdict, applied, policy);
  return {
    skill,
    outcome,
    summary: `${SENTENCES[outcome]}${verdict === undefined ? '' : ` ${verdict.verdict}: ${verdict.reason ?? verdict.code}`}`,
    ...(verdict === undefined ? {} : { verdict }),
    ...(verdict?.receipt === undefined ? {} : { receipt: verdict.receipt }),
    from,
    ...(verdict?.to === undefined && to === undefined ? {} : { to: verdict?.to ?? to }),
    ...(applied?.version === undefined ? {} : { version: applied.version }),
    diff,
    scores,
    iterations,
    calls,
    search,
    notes,
  };
}

const SENTENCES = {
  improved: 'A better text was proved and put in place.',
  proposed: 'A better text was proved; it is not in place.',
  disabled: 'A better text was proved; the configuration puts nothing in place.',
  held: 'There is a candidate, and it is not decided whether it is better. It is kept for the next time.',
  failed: 'The candidate was shown to be no better. Nothing changes.',
  nothing: 'No better candidate was found. Nothing changes.',
};

function outcomeOf(verdict, applied, policy) {
  if (verdict === undefined) return 'nothing';
  if (verdict.verdict === 'FAIL') return 'failed';
  if (verdict.verdict !== 'PASS') return 'held';
  if (applied !== undefined) return 'improved';
  return policy === 'disabled' ? 'disabled' : 'proposed';
}

const percent = (share) => (share === undefined ? 'unknown' : `${(100 * share).toFixed(0)} %`);
