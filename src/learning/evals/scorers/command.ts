import Type from 'typebox';
import type { Json } from '../../../os/json.ts';
import type { Mount } from '../../../os/sandbox/port.ts';
import { shown } from './look.ts';
import { scoreIn } from './score-in.ts';
import type { Scored, Scorer, Seen } from './scorer.ts';

/** Where a program finds `evals/` of the skill, and the case's copy of the project. */
const EVALS = '/evals';
const PROJECT = '/project';
const MAX_SECONDS = 600;

/**
 * Runs a program in the sandbox: no network, nothing of the machine, `evals/` and the case's project for reading. It is
 * given `{ value, result, input, expected }` as JSON on standard input. Exit code 0 is 1; where all it prints is a number
 * from 0 to 1, that is the score. Any other end is 0.
 */
export const command: Scorer = {
  kind: 'command',
  summary:
    'A program says so, in the sandbox: exit code 0 is 1, or it prints a number from 0 to 1. It starts in `evals/`.',
  args: Type.Object(
    {
      run: Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description: 'Program and arguments; no shell.' }),
      seconds: Type.Optional(
        Type.Integer({ minimum: 1, maximum: MAX_SECONDS, description: 'As for programs of skills if absent.' }),
      ),
    },
    { additionalProperties: false },
  ),
  example: 'command: [python3, check.py]',
  short: (value) => (Array.isArray(value) ? { run: value } : undefined),
  passAt: 1,
  asks: false,
  async score(args, seen, { sandbox: open, limits, evals, signal }) {
    const sandbox = open();
    if (sandbox.backend === undefined) return { score: 0, why: `${sandbox.reason} ${sandbox.hint}` };
    const isolated = sandbox.backend === 'bubblewrap';
    const place = (from: string, at: string): Mount => ({ kind: 'read', from, at: isolated ? at : from });
    const here = evals === undefined ? [] : [place(evals, EVALS)];
    const copy = seen.dir === undefined ? [] : [place(seen.dir, PROJECT)];
    const seconds = args.seconds as number | undefined;
    const end = await sandbox.run({
      argv: args.run as string[],
      cwd: here[0]?.at ?? copy[0]?.at ?? '/',
      mounts: [...here, ...copy],
      env: copy[0] === undefined ? {} : { REYN_PROJECT: copy[0].at },
      stdin: JSON.stringify(given(seen)),
      limits: { ...limits, wallMs: seconds === undefined ? limits.wallMs : seconds * 1000 },
      signal,
    });
    if (end.status === 'stopped') return { score: 0, why: `the program was stopped: ${end.why}` };
    if (end.status === 'signalled') return { score: 0, why: `the program was ended by ${end.signal}` };
    return ended(end.code, end.stdout.toString('utf8').trim(), end.stderr.toString('utf8').trim());
  },
};

function ended(code: number, out: string, err: string): Scored {
  if (code !== 0) return { score: 0, why: `exit code ${code}${said(err) || said(out)}` };
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(out)) return { score: 1 };
  const { score, why } = scoreIn(Number(out));
  return score === 1 ? { score } : { score, why: why ?? `the program says ${out}${said(err)}` };
}

const said = (text: string): string => (text === '' ? '' : `: ${shown(text.slice(-500).toWellFormed())}`);

function given({ value, result, input, expected }: Seen): Json {
  return { value, result, input, ...(expected === undefined ? {} : { expected }) };
}
