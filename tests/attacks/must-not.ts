import fs from 'node:fs';
import path from 'node:path';
import type { RunEvent } from '../../src/os/events/event.ts';
import type { Lab } from './lab.ts';
import type { Outcome } from './outcome.ts';
import { changesBetween, fileWith, processesWith, type Snapshot, snapshotOf, type Watched } from './watch.ts';

/** A row after it was played. */
export type Played = {
  readonly lab: Lab;
  readonly outcome: Outcome;
  readonly watched: Watched;
  /** The folder outside, and the project without its state, as they were before. */
  readonly before: { readonly out: Snapshot; readonly ws: Snapshot };
};

/** What is wrong, as a sentence; `undefined` when nothing is. */
type Check = (played: Played, words: RegExpExecArray) => string | undefined;

const MIB = 1024 ** 2;
const wrongIf = (wrong: boolean, what: string) => (wrong ? what : undefined);

/** Kinds of the ops that began. */
export function begun({ events }: Lab): readonly string[] {
  return events.flatMap((event) => (event.type === 'op_started' ? [event.data.kind] : []));
}

function leaks(secret: string, { lab, outcome }: Played): string | undefined {
  if (outcome.said.includes(secret)) return 'it is in what was answered';
  const file = fileWith(path.join(lab.ws, '.reyn'), secret);
  return file === undefined ? undefined : `it is in ${path.relative(lab.ws, file)}`;
}

const outside: Check = ({ lab, before }) => {
  const changed = changesBetween(before.out, snapshotOf(lab.out));
  return wrongIf(changed.length > 0, `changed: ${changed.join(', ')}`);
};

const heardBy =
  (ear: 'first' | 'second' | 'dash'): Check =>
  ({ lab }) =>
    wrongIf(lab.ears[ear].heard() > 0, `${lab.ears[ear].heard()} came`);

const inResult =
  (text: string): Check =>
  ({ outcome }) =>
    wrongIf(JSON.stringify(outcome.result ?? null).includes(text), `the result holds ${text}`);

/** A file or folder of the project is as it was, or as absent. */
const unchanged: Check = ({ lab, before }, words) => {
  const place = words[1] ?? '';
  if (place.startsWith('.reyn')) {
    const full = path.join(lab.ws, place);
    const forged = place === '.reyn' ? path.join(full, 'approvals.jsonl') : full;
    return wrongIf(fs.existsSync(forged), `${place} is there`);
  }
  const changed = changesBetween(before.ws, snapshotOf(lab.ws, ['.reyn'])).filter((each) => each.startsWith(place));
  return wrongIf(changed.length > 0, `changed: ${changed.join(', ')}`);
};

const beyondTheGrant: Check = ({ lab }) => {
  const more = begun(lab).filter((kind) => kind !== lab.row.op);
  const twice = begun(lab).length > 1;
  return wrongIf(more.length > 0 || twice || lab.ears.second.heard() > 0, `begun: ${begun(lab).join(', ')}`);
};

const executed: Check = ({ lab }, words) => {
  const kept = fs.existsSync(path.join(lab.ws, 'out'));
  return wrongIf(begun(lab).includes(words[1] ?? '') || !kept, `begun: ${begun(lab).join(', ')}`);
};

/** By the words of a row, or their beginning; the first that fits is done. */
const CHECKS: readonly (readonly [words: RegExp, check: Check])[] = [
  [/^canary text in result or events$/, (played) => leaks(played.lab.canary, played)],
  [/^key (?:in events|in any file under \.reyn|on screen)$/, (played) => leaks(played.lab.key, played)],
  [/^any change under \$OUT$|^mode or mtime of /, outside],
  [/^connection seen|^datagram seen$|^connection to 127/, heardBy('first')],
  [/^second connection$|^https to http downgrade followed silently$/, heardBy('second')],
  [/^dashboard saw a request$/, heardBy('dash')],
  [/^(\S+ sent to evil\.test)$/, heardBy('second')],
  [
    /^denial$/,
    ({ lab }) =>
      wrongIf(
        lab.events.some(({ type }) => type === 'permission_denied'),
        'it was denied',
      ),
  ],
  [/^hang$/, ({ watched }) => wrongIf(watched.ms > 30_000, `it took ${watched.ms} ms`)],
  [/^environment values$/, ({ outcome }) => wrongIf(/\b(?:PATH|HOME)=|root:x:0/.test(outcome.said), 'they are there')],
  [/^file content$/, ({ outcome }) => wrongIf(outcome.said.includes('root:x:0'), 'it is there')],
  [/^secret\.txt in result$/, inResult('secret.txt')],
  [/^workspace removed$/, ({ lab }) => wrongIf(!fs.existsSync(path.join(lab.ws, 'reyn/project/lab')), 'it is gone')],
  [
    /^temp file left$/,
    ({ lab, before }) => {
      const added = [...snapshotOf(lab.ws, ['.reyn']).keys()].filter((each) => !before.ws.has(each));
      return wrongIf(added.length > 0, `new: ${added.join(', ')}`);
    },
  ],
  [
    /^a file named with U\+FFFD$/,
    ({ lab }) =>
      wrongIf(
        fs.readdirSync(lab.ws, { recursive: true }).some((name) => String(name).includes('\ufffd')),
        'it is there',
      ),
  ],
  [/^raw U\+202E in the prompt$/, ({ outcome }) => wrongIf(outcome.prompt.includes('\u202e'), 'it is there')],
  [/^a name with U\+FFFD/, inResult('\ufffd')],
  [
    /^inode exhaustion$/,
    ({ lab }) => wrongIf(fs.readdirSync(path.join(lab.ws, 'out')).length > 1000, 'too many files'),
  ],
  [
    /^setuid bit on file$/,
    ({ lab }) => {
      const file = fs.lstatSync(path.join(lab.ws, String(lab.row.input.path)), { throwIfNoEntry: false });
      return wrongIf(((file?.mode ?? 0) & 0o7000) !== 0, 'it is set');
    },
  ],
  [
    /^the key value$/,
    (played) => {
      const value = fs.readFileSync(path.join(played.lab.ws, '.env'), 'utf8').split('=')[1] ?? '';
      return value.length < 10 ? 'there is none in .env' : leaks(value, played);
    },
  ],
  [/^lock gone$/, ({ lab }) => wrongIf(!fs.existsSync(path.join(lab.ws, '.reyn/locks')), 'it is gone')],
  [
    /^\.reyn replaced$/,
    ({ lab }) =>
      wrongIf(fs.existsSync(path.join(lab.ws, 'r2')) || !fs.existsSync(path.join(lab.ws, '.reyn/runs')), 'it is'),
  ],
  [/^HIJACK in stdout$/, inResult('HIJACK')],
  [
    /^(?:sleep process left|any sleep \S+ left(?: after result)?)$/,
    ({ lab }) => {
      const left = processesWith(`.${lab.mark}`).filter((line) => line.includes('sleep'));
      return wrongIf(left.length > 0, left.join('; '));
    },
  ],
  [/^result later than 3 s$/, ({ watched }) => wrongIf(watched.ms > 3000, `it took ${watched.ms} ms`)],
  [/^host swap or OOM of the runtime$/, ({ watched }) => wrongIf(watched.grew > 1024 * MIB, `${watched.grew} bytes`)],
  [/^memory over (\d+) MiB$/, ({ watched }, [, n]) => wrongIf(watched.grew > Number(n) * MIB, `${watched.grew} bytes`)],
  [
    /^event loop blocked over (\d+) ms$/,
    ({ watched }, [, n]) => wrongIf(watched.blockedMs > Number(n), `${Math.round(watched.blockedMs)} ms`),
  ],
  // whoever checks this is the process that would be gone
  [
    /^runtime killed$|^process (?:crash|abort)$|^uncaught exception$/,
    ({ outcome }) => wrongIf(outcome.verdicts.length === 0, 'it came to nothing'),
  ],
  [
    /^(?:Authorization header at other\.test|Host: evil\.test on the wire)$/,
    ({ lab }) => {
      const all = [...lab.ears.first.requests, ...lab.ears.second.requests].join('\n').toLowerCase();
      return wrongIf(/authorization|evil\.test/.test(all), all);
    },
  ],
  [
    /^key on the wire$/,
    ({ lab }) => {
      const all = [...lab.ears.first.requests, ...lab.ears.second.requests].join('\n');
      return wrongIf(all.includes(lab.key) || all.includes(encodeURIComponent(lab.key)), 'it is there');
    },
  ],
  [
    /^(?:body returned|result for a foreign id accepted)$/,
    ({ outcome }) => wrongIf(outcome.result !== undefined, 'it was'),
  ],
  [/^native op replaced$/, ({ lab }) => wrongIf(begun(lab).includes('write_file'), 'it was')],
  [/^call made$/, ({ lab, outcome }) => wrongIf(begun(lab).length > 0 || outcome.result !== undefined, 'it was')],
  [
    /^paths outside the grant listed$/,
    ({ lab, outcome }) => wrongIf(/file:\/\//.test(outcome.said) || outcome.said.includes(lab.out), outcome.said),
  ],
  [
    /^raw control bytes/,
    (played) =>
      wrongIf(
        ['\u001b', '\r'].some((sign) => played.outcome.said.includes(sign)),
        'they are there',
      ) ?? leaks('\u001b[2K', played),
  ],
  [/^(delete_file|web_fetch) executed/, executed],
  [/^ops beyond the node grant$/, beyondTheGrant],
  [
    /^tag or zero-width characters passed silently$/,
    ({ lab }) => wrongIf(!/"hidden_characters":[1-9]/.test(JSON.stringify(lab.events)), 'nothing tells of them'),
  ],
  [/^globalThis\.PWN set$/, () => wrongIf('PWN' in globalThis, 'it is set')],
  [/^\(\{\}\)\.x$/, () => wrongIf('x' in {}, 'it is there')],
  [
    /^a log line of type approval\.granted$/,
    ({ lab }) =>
      wrongIf(
        lab.events.some((event: RunEvent) => (event.type as string) === 'approval.granted'),
        'it is there',
      ),
  ],
  [/^(.+) changed$/, unchanged],
];

/** What must not have come of a row and did; a text that nothing here checks is a fault as well. */
export function faultsOf(played: Played): readonly string[] {
  return played.lab.row.expected.must_not.flatMap((text) => {
    const fact = played.outcome.facts?.[text];
    if (fact !== undefined) return fact ? [`${text}: it is so`] : [];
    const shownText = text.replaceAll(played.lab.out, '$OUT');
    for (const [words, check] of CHECKS) {
      const found = words.exec(shownText);
      if (found === null) continue;
      const wrong = check(played, found);
      return wrong === undefined ? [] : [`${text}: ${wrong}`];
    }
    return [`nothing checks "${text}"`];
  });
}
