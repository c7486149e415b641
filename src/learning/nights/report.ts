import Type, { type Static, type TProperties } from 'typebox';
import { UserError } from '../../os/errors.ts';
import { parseJson } from '../../os/json.ts';
import { misfits } from '../../os/shape.ts';

/**
 * What one call of `reyn improve` came to. It is the only source: the comment, the JUnit file, the candidate's diff and
 * the exit code are functions of it and of nothing else.
 */
export const NIGHT_FORM = 1;

const closed = { additionalProperties: false } as const;
const object = <T extends TProperties>(properties: T, description?: string) =>
  Type.Object(properties, { ...closed, ...(description === undefined ? {} : { description }) });
const text = Type.String();
const number = Type.Number();
const count = Type.Integer({ minimum: 0 });
const { Optional } = Type;

/** How it ended for one skill. */
export const OUTCOMES = [
  /** A version was put in place. */
  'improved',
  /** A PASS that waits for a person, or that nobody may apply here. */
  'proposed',
  /** A verdict that is neither PASS nor FAIL. */
  'held',
  /** FAIL. */
  'rejected',
  /** No candidate was worth a verification. */
  'nothing',
  /** The skill has reached its threshold; nothing was searched for. */
  'good_enough',
  /** The run waits for a person, and not with a PASS. */
  'waiting',
  'failed',
  'interrupted',
] as const;
export type NightOutcome = (typeof OUTCOMES)[number];

const VerdictSchema = object({
  verdict: Type.Enum(['PASS', 'FAIL', 'INDETERMINATE']),
  code: text,
  reason: text,
  gain: Optional(object({ mean: number, low: number, high: number })),
  p: Optional(number),
  alpha: Optional(object({ spent: number, attempt: count })),
  counts: Optional(object({ fixed: count, broken: count, flaky: count, clusters: count })),
  pass: Optional(
    object({
      a: object({ one: number, all: number, k: count }),
      b: object({ one: number, all: number, k: count }),
    }),
  ),
  cost: Optional(object({ usd: number, tokens: number, ms: number })),
  runs: Optional(count),
});

const SkillSchema = object({
  skill: text,
  outcome: Type.Enum([...OUTCOMES]),
  /** What the run by itself would have exited with. */
  exit: count,
  /** A sentence for a person. */
  reason: text,
  run: Optional(text),
  verdict: Optional(VerdictSchema),
  /** Fingerprints: what was to be replaced, and the candidate. */
  from: Optional(text),
  to: Optional(text),
  receipt: Optional(text),
  /** Number of the version that was put in place. */
  version: Optional(count),
  /** From the skill's files to the candidate's, as `git apply` takes it. */
  diff: Optional(text),
  /** What the model expected of the change. */
  hypothesis: Optional(text),
  /** What the search said besides, e.g. how likely a verification is to prove a gain. */
  notes: Optional(Type.Array(text)),
  /** Of the search, on the cases it selected by: optimistic. */
  dev: Optional(object({ before: Optional(number), after: Optional(number) })),
  iterations: Optional(count),
  calls: Optional(count),
  denied: Type.Array(object({ op: text, resource: text, reason: text })),
  usage: object({ turns: count, ops: count, input: count, output: count, usd: number, ms: number }),
});

export const NightReportSchema = Type.Object(
  {
    form: Type.Literal(NIGHT_FORM),
    /** When it began, ISO 8601. */
    date: text,
    ci: Type.Boolean(),
    model: Optional(text),
    self_test: object({
      ok: Type.Boolean(),
      checks: Type.Array(object({ name: text, expected: text, got: text, ok: Type.Boolean() })),
    }),
    /** Versions that were found in place of their skills because somebody merged them, and were recorded. */
    adopted: Type.Array(object({ skill: text, skill_version_hash: text, receipt: Optional(text) })),
    skills: Type.Array(SkillSchema),
    /** Whether somebody stopped it. */
    interrupted: Type.Boolean(),
    /** The state afterwards. */
    state: Optional(object({ id: text, seq: count, facts: count })),
    ms: count,
  },
  { ...closed, title: 'report.json of reyn improve', description: 'What one call of `reyn improve` came to.' },
);

export type NightReport = Static<typeof NightReportSchema>;
export type SkillNight = NightReport['skills'][number];
export type NightVerdict = NonNullable<SkillNight['verdict']>;

/** The text of report.json. */
export function printNight(report: NightReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** Reads a report.json. @throws UserError `input` when it is none, with what is wrong. */
export function parseNight(source: string, file: string): NightReport {
  const parsed = parseJson(source);
  const refuse = (message: string) =>
    new UserError('input', `this is no report of a night: ${message}`, { where: { file } });
  if (!parsed.ok) throw refuse(parsed.message);
  const [wrong] = misfits(NightReportSchema, parsed.value);
  if (wrong !== undefined) throw refuse(`${wrong.path.join('.') || 'the value'} ${wrong.message}`);
  return parsed.value as unknown as NightReport;
}

/** Skills whose candidate passed and is not in place. */
export function proposals({ skills }: NightReport): readonly SkillNight[] {
  return skills.filter(({ outcome }) => outcome === 'proposed');
}

/** What a pull request with all open proposals changes; the empty string where there is none. */
export function candidateDiff(report: NightReport): string {
  return proposals(report)
    .map(({ diff = '' }) => (diff === '' || diff.endsWith('\n') ? diff : `${diff}\n`))
    .join('');
}
