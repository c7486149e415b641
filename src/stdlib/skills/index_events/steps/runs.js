/** Documents of one write. */
const BATCH = 100;
const EVER = '1970-01-01T00:00:00Z';

/** A time, if one was given: everything else means all runs. */
export function since({ text = '', since: given }) {
  const time = given ?? text.trim();
  return /^\d{4}-\d\d-\d\d/.test(time) ? time : EVER;
}

export const found = ({ found }) => ({ found });

export function batches({ found }) {
  const documents = found.runs.map(documentOf);
  const count = Math.ceil(documents.length / BATCH);
  return Array.from({ length: count }, (_, i) => documents.slice(i * BATCH, (i + 1) * BATCH));
}

/** A run as somebody would tell it, so that the words of a question are in it. */
function documentOf(run) {
  const { skill, status, reason, phases, denied, failed, turns, ops, tokens, usd, ms, started, ended } = run;
  const ops_of = (what, list) => list.map(({ op, about }) => `${what} ${op} ${about}`.trim());
  const lines = [
    `run ${run.run} of the skill ${skill} ${status}`,
    `started ${started}${ended === undefined ? '' : `, ended ${ended}`}`,
    `path ${phases.map(({ phase }) => phase).join(' → ')}`,
    ...(reason === undefined ? [] : [`error ${reason.code}: ${reason.message}`]),
    ...phases
      .filter(({ rejected }) => rejected > 0)
      .map(({ phase, rejected }) => `refused ${rejected} replies in ${phase}`),
    ...ops_of('denied', denied),
    ...ops_of('failed op', failed),
    `cost ${turns} turns, ${ops} ops, ${tokens} tokens, ${usd} USD, ${(ms / 1000).toFixed(1)} s`,
  ];
  const tags = [status, skill, ...(denied.length > 0 ? ['denied'] : [])];
  return { key: run.run, title: `${skill} ${status}`, text: lines.join('\n'), tags };
}

export function count({ found, written }) {
  const sum = (pick) => written.reduce((total, one) => total + pick(one), 0);
  return {
    source: 'runs',
    documents: found.runs.length,
    changed: sum(({ added, replaced }) => added + replaced),
    left_out: found.more,
  };
}
