const EVER = '1970-01-01T00:00:00Z';
/** Rows of each list. */
const MOST = 10;

/** A date in the message says since when. */
export function scope({ text = '', since, focus }) {
  const [date] = text.match(/\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?/) ?? [];
  return { since: since ?? date ?? EVER, focus: focus ?? text };
}

export function figures({ focus, found }) {
  const { runs, more } = found;
  const starts = runs.map(({ started }) => started).sort();
  const sum = (pick) => runs.reduce((total, run) => total + pick(run), 0);
  /** What a sub-run used is in what the run above it used. */
  const spent = (pick) => sum((run) => (run.parent === undefined ? pick(run) : 0));
  const bad = runs.filter(isBad);
  const numbers = {
    runs: runs.length,
    left_out: more,
    ...(starts.length === 0 ? {} : { first: starts[0], last: starts.at(-1) }),
    by_status: Object.fromEntries(counted(runs.map(({ status }) => status))),
    by_skill: counted(runs.map(({ skill }) => skill))
      .slice(0, MOST)
      .map(([skill, count]) => ({ skill, runs: count, failed: bad.filter((run) => run.skill === skill).length })),
    failures: rows(
      bad.map(({ skill, status, reason }) => ({
        skill,
        why: reason === undefined ? status : `${reason.code}: ${reason.message}`,
      })),
    ),
    denials: rows(
      runs.flatMap(({ skill, denied }) => denied.map(({ op, about }) => ({ skill, op: `${op} ${about}`.trim() }))),
    ),
    refused_replies: sum(({ phases }) => phases.reduce((total, { rejected }) => total + rejected, 0)),
    slow_phases: slowest(runs),
    cost: {
      turns: spent(({ turns }) => turns),
      ops: spent(({ ops }) => ops),
      tokens: spent(({ tokens }) => tokens),
      usd: rounded(
        spent(({ usd }) => usd),
        4,
      ),
      seconds: rounded(spent(({ ms }) => ms) / 1000, 1),
    },
  };
  return { focus, numbers };
}

const isBad = ({ status }) => ['failed', 'aborted', 'interrupted', 'damaged'].includes(status);

const rounded = (number, digits) => Number(number.toFixed(digits));

/** Each text and how often it occurs, the most frequent first. */
function counted(texts) {
  const times = new Map();
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  return [...times].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

/** Equal rows as one, with how often it occurs. */
const rows = (all) =>
  counted(all.map((row) => JSON.stringify(row)))
    .slice(0, MOST)
    .map(([row, times]) => ({ ...JSON.parse(row), times }));

function slowest(runs) {
  const longest = new Map();
  for (const { skill, phases } of runs) {
    for (const { phase, ms } of phases) {
      const name = `${skill} ${phase}`;
      longest.set(name, Math.max(longest.get(name) ?? 0, ms));
    }
  }
  return [...longest]
    .map(([phase, ms]) => ({ phase, seconds: rounded(ms / 1000, 1) }))
    .filter(({ seconds }) => seconds > 0)
    .sort((a, b) => b.seconds - a.seconds || (a.phase < b.phase ? -1 : 1))
    .slice(0, MOST);
}

const NUMBER = /\d+(?:[.,]\d+)*/g;

/** What is wrong with the text: numbers in it that nobody counted. Empty when nothing is. */
export function stray({ title, text, numbers }) {
  const known = new Set(JSON.stringify(numbers).match(NUMBER) ?? []);
  const strange = [...new Set(`${title} ${text}`.match(NUMBER) ?? [])].filter((number) => !known.has(number));
  return strange.length === 0
    ? ''
    : `These numbers were not counted: ${strange.join(', ')}. Use those that are given, or words.`;
}

export function plain({ numbers }) {
  const { runs, by_status, denials, cost } = numbers;
  const statuses = Object.entries(by_status).map(([status, count]) => `${count} ${status}`);
  const parts = [`${runs} runs`, ...statuses, `${denials.length} kinds of denial`, `${cost.usd} USD`];
  return { title: 'Runs of this project', text: `${parts.join(', ')}.`, numbers };
}
