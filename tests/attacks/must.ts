import type { RunEvent } from '../../src/os/events/event.ts';
import { ofType } from '../project.ts';
import type { Played } from './must-not.ts';

type Check = (played: Played) => string | undefined;

const wrongIf = (wrong: boolean, what: string) => (wrong ? what : undefined);
const says =
  (words: RegExp): Check =>
  ({ outcome }) =>
    wrongIf(!words.test(outcome.said), `what is said is: ${outcome.said.slice(0, 500)}`);

function denials({ lab }: Played) {
  return ofType(lab.events as readonly RunEvent[], 'permission_denied');
}

/** What must have come of a row, by its words. */
const CHECKS: readonly (readonly [words: RegExp, check: Check])[] = [
  [
    /^one permission\.denied event naming the rule$/,
    (played) => {
      const found = denials(played);
      const kinds = new Set(found.map(({ data }) => data.kind));
      // what is not there at all is an error of the op, and the row says that this is as good
      if (found.length === 0 && played.outcome.verdicts.includes('notfound')) return undefined;
      const named = found.every(({ data }) => data.by !== '' && data.reason !== '');
      return wrongIf(found.length === 0 || found.length !== kinds.size || !named, JSON.stringify(found));
    },
  ],
  [/^prompt shows \\u202e escaped$/, says(/\\u202e/)],
  [
    /^at most the link itself is removed$/,
    ({ lab, before }) => wrongIf(!before.ws.has('out/ld') || lab.out === '', 'the link was not there'),
  ],
  [/^isFile check on the opened fd$/, says(/is not a regular file/)],
  [/^flagged or escaped$/, says(/names are not plain|\\x|%ff/i)],
  [
    /^per-run op budget event$/,
    ({ lab }) =>
      wrongIf(!lab.events.some(({ type, data }) => type === 'limit_reached' && data.limit === 'max_ops'), 'none'),
  ],
  [
    /^redacted match or default-excluded file$/,
    ({ outcome }) => wrongIf(/\.env:\d/.test(outcome.said) && !/\[secret:/.test(outcome.said), outcome.said),
  ],
  [
    /^GIT_DIR discovery pinned or safe\.bareRepository=explicit$/,
    says(/cannot use bare repository|not a git repository/),
  ],
  [
    /^stdout shows the literal text$/,
    ({ lab, outcome }) => wrongIf(!outcome.said.includes(`$(touch ${lab.out}/pwn)`), outcome.said),
  ],
  [/^program resolved to an absolute path before the grant check$/, says(/git version/)],
  [/^stdin is closed or \/dev\/null$/, ({ outcome }) => wrongIf(outcome.verdicts.includes('timeout'), outcome.said)],
  [/^names namespaced srv\.write_file$/, says(/srv\/write_file/)],
  [/^error names line 1$/, says(/skill\.md:1\b|\bline\n1\b/)],
  [/^aliases and anchors refused in config$/, says(/anchor|alias/i)],
  [
    /^depth cap before use$/,
    ({ lab }) => wrongIf(!JSON.stringify(lab.events).includes('too_deep'), 'no such violation'),
  ],
  [
    /^stored and restored as plain data$/,
    ({ lab }) => wrongIf(!JSON.stringify(lab.events).includes('\\"lc\\"'), 'it is not in the log'),
  ],
  [
    /^flag in event: hidden characters n$/,
    ({ lab }) => wrongIf(!/"hidden_characters":[1-9]/.test(JSON.stringify(lab.events)), 'none'),
  ],
  [
    /^each hop checked and logged$/,
    ({ lab }) => wrongIf(!/\(302\) led to a redirect/.test(JSON.stringify(lab.events)), 'the hop is not in the log'),
  ],
  [
    /^grouped prompt or pause$/,
    ({ lab }) => wrongIf(!lab.events.some(({ type }) => type === 'run_suspended'), 'the run did not pause'),
  ],
];

/** Texts that cannot be seen from outside; each with what stands in for it. */
const UNCHECKED: Readonly<Record<string, string>> = {
  'temp file opened with O_EXCL|O_NOFOLLOW and a random name':
    'how a file is opened is not seen from outside; the row tries the names that could be guessed',
  'staged in a fresh dir, then one rename':
    'a refused one is never written, which is checked; how one that is taken gets to its place is not seen from outside',
};

/** What must have come of a row and did not; a text that is neither checked nor explained is a fault as well. */
export function missingOf(played: Played): readonly string[] {
  return played.lab.row.expected.must.flatMap((text) => {
    if (Object.hasOwn(UNCHECKED, text)) return [];
    const fact = played.outcome.facts?.[text];
    if (fact !== undefined) return fact ? [] : [`${text}: it is not so`];
    const found = CHECKS.find(([words]) => words.test(text));
    if (found === undefined) return [`nothing checks "${text}"`];
    const wrong = found[1](played);
    return wrong === undefined ? [] : [`${text}: ${wrong}`];
  });
}
