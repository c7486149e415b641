const MOST = 15;
const SHORT = 300;
const SECONDS = 1000;

const cut = (text) => (text.length > SHORT ? `${text.slice(0, SHORT)}…` : text);

/** What the log says of earlier runs, as text: how many there were of each version, where they went, what went wrong. */
export function summary({ runs, recalled }) {
  const known = runs?.runs ?? [];
  if (known.length === 0) return 'There is no earlier run.';
  return [
    '# Earlier runs',
    ...byVersion(known),
    ...section('Paths', counted(known.map(({ phases }) => phases.map(({ phase }) => phase).join(' → ')))),
    ...section(
      'Errors',
      counted(known.flatMap(({ reason }) => (reason ? [`${reason.code}: ${cut(reason.message)}`] : []))),
    ),
    ...section('Denied', counted(known.flatMap(({ denied }) => denied.map(({ op, about }) => `${op} ${cut(about)}`)))),
    ...section(
      'Ops that did not work',
      counted(known.flatMap(({ failed }) => failed.map(({ op, about }) => `${op} ${cut(about)}`))),
    ),
    ...section(
      'Refused replies',
      counted(known.flatMap(({ phases }) => phases.flatMap(({ phase, rejected }) => (rejected > 0 ? [phase] : [])))),
    ),
    ...section(
      'From the log',
      (recalled?.hits ?? []).slice(0, MOST).map(({ title = '', text }) => cut(`${title} ${text}`.trim())),
    ),
  ].join('\n');
}

function byVersion(runs) {
  const versions = [...new Set(runs.map(({ version }) => version))];
  return versions.flatMap((version) => {
    const own = runs.filter((run) => run.version === version);
    const finished = own.filter(({ status }) => status === 'finished').length;
    const mean = (of) => own.reduce((sum, run) => sum + of(run), 0) / own.length;
    const cost = `${mean(({ turns }) => turns).toFixed(1)} turns, ${mean(({ tokens }) => tokens).toFixed(0)} tokens, ${(mean(({ ms }) => ms) / SECONDS).toFixed(1)} s each`;
    return [`- version ${version.slice(0, 8)}: ${finished} of ${own.length} finished; ${cost}`];
  });
}

function section(title, lines) {
  return lines.length === 0 ? [] : ['', `## ${title}`, ...lines.map((line) => `- ${line.replace(/\s+/g, ' ')}`)];
}

/** Texts with how often each occurs, the most frequent first. */
function counted(texts) {
  const times = new Map();
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  const most = [...times].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, MOST);
  return most.map(([text, count]) => `${text}${count === 1 ? '' : ` (${count} times)`}`);
}
