import Type from 'typebox';
import type { Json } from '../json.ts';
import { OpError } from '../op-error.ts';
import { defineOp, type ExecResult } from './op.ts';

/** Characters of each output stream that the model gets; the middle is left out of longer ones. */
const MAX_SHOWN = 100_000;

export const sandboxedExec = defineOp({
  kind: 'sandboxed_exec',
  effect: 'external',
  summary:
    'Runs one program, without a shell, where it has no network and sees of the project only what the skill may read. It may write in the folder $REYN_WORK ("work:/") and in folders of the project that are open to the skill without asking.',
  input: Type.Object(
    {
      argv: Type.Array(Type.String(), {
        minItems: 1,
        maxItems: 1000,
        description: 'Program and arguments, e.g. ["git", "log", "-1"]. For pipes and globs run ["sh", "-c", "…"].',
      }),
      cwd: Type.Optional(Type.String({ minLength: 1, description: 'Folder it starts in. Default: the project.' })),
      stdin: Type.Optional(Type.String({ description: 'Given on standard input. Default: it is closed.' })),
      timeout_ms: Type.Optional(
        Type.Integer({ minimum: 1, description: 'Wall-clock milliseconds; at most what the configuration allows.' }),
      ),
    },
    { additionalProperties: false },
  ),
  paths: ['cwd'],
  needKinds: ['exec'],
  needs: ({ argv, cwd }) => [{ kind: 'exec', argv, ...(cwd === undefined ? {} : { cwd }) }],
  isRepeatable: () => false,
  async run({ argv, cwd, stdin, timeout_ms: timeoutMs }, { exec }) {
    const result = await exec.run({
      argv,
      ...(cwd === undefined ? {} : { cwd }),
      ...(stdin === undefined ? {} : { stdin }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    return report(result);
  },
});

/** What became of the files of the project when a program did not come to its end. */
const AFTER: Readonly<Record<ExecResult['kept'], string>> = {
  whole: 'What it wrote is there.',
  none: 'It was broken off: files of the project are as they were before. What it wrote in work:/ is there.',
  direct: 'It was broken off, and it wrote in the project itself: look at what it may have left there.',
};

function report({ backend, end, kept, changed, refused }: ExecResult): Json {
  if (end.status === 'stopped' && end.why === 'aborted') throw new OpError('aborted', 'The program was stopped.');
  const out = shown(end.stdout);
  const err = shown(end.stderr);
  return {
    ...howItEnded(end),
    stdout: out.text,
    stderr: err.text,
    ...(out.omitted + err.omitted === 0 ? {} : { omitted_characters: out.omitted + err.omitted }),
    ms: Math.round(end.ms),
    backend,
    ...(end.status === 'exited' ? {} : { note: AFTER[kept] }),
    ...(changed.length === 0 ? {} : { changed: [...changed] }),
    ...(refused.length === 0 ? {} : { not_kept: refused.map(({ path, reason }) => ({ path, reason })) }),
  };
}

function howItEnded(end: ExecResult['end']) {
  switch (end.status) {
    case 'exited':
      return { exit: end.code };
    case 'signalled':
      return { signal: end.signal };
    case 'stopped':
      return { stopped: end.why };
  }
}

/** Output as text. Bytes that are no UTF-8 become U+FFFD. */
function shown(bytes: Buffer): { readonly text: string; readonly omitted: number } {
  const text = bytes.toString('utf8');
  if (text.length <= MAX_SHOWN) return { text, omitted: 0 };
  const half = MAX_SHOWN / 2;
  const omitted = text.length - 2 * half;
  return { text: `${text.slice(0, half)}\n[… ${omitted} characters …]\n${text.slice(-half)}`, omitted };
}
