const MOST_RECORDS = 8;
const MOST_REJECTED = 20;
const LONG = 1500;

const cut = (text) => (text.length > LONG ? `${text.slice(0, LONG)}…` : text);
const textOf = (value) => cut(typeof value === 'string' ? value : JSON.stringify(value));

/** Where the search stands, with what the next proposal is to be made of. */
export function told({ told: end, ...round }) {
  const { next, parent, feedback = [], rejected = [], scores, calls, iterations, best, diff } = end;
  return {
    ...round,
    next,
    improved: best !== undefined,
    ...(parent === undefined ? {} : { parent: parent.candidate, files: parent.files }),
    failed: feedback.slice(0, MOST_RECORDS).map(record),
    rejected: rejected.slice(0, MOST_REJECTED),
    scores,
    calls,
    iterations,
    diff: diff ?? '',
    ...(best === undefined ? {} : { to: best }),
  };
}

/** A run as it is shown: long texts cut, each miss in words. */
function record({ input, result, missed = [], path, error }) {
  return {
    input: textOf(input),
    ...(result === undefined ? {} : { result: textOf(result) }),
    missed: missed.map((miss) => cut(miss.check)),
    ...(path === undefined ? {} : { path }),
    ...(error === undefined ? {} : { error: textOf(error) }),
  };
}
