import Type from 'typebox';
import type { JsonObject } from '../../os/json.ts';
import { splitFrontMatter } from '../../os/skills/front-matter.ts';
import type { EvalCase } from './case.ts';
import { caseOf } from './case-form.ts';
import { type EvalFlaw, fitsForm } from './flaw.ts';
import { readCriteria } from './md-criteria.ts';
import { readFields } from './md-fields.ts';
import { headingFix, type Line, linesOf } from './md-lines.ts';
import { placedYaml } from './placed-yaml.ts';

/** Front matter of eval.md. */
export const EVAL_KEYS = Type.Object(
  {
    type: Type.Literal('eval'),
    skill: Type.String({ minLength: 1, description: 'Name of the skill.' }),
    acceptance_threshold: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'From this mean score on the skill is good enough; 0.85 if absent.',
      }),
    ),
    max_iterations: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Proposals of one search.' })),
  },
  { additionalProperties: false },
);

export type EvalMd = {
  readonly cases: readonly EvalCase[];
  readonly flaws: readonly EvalFlaw[];
  readonly acceptanceThreshold?: number;
  readonly maxIterations?: number;
};

const HEADING = /^#{1,6}(\s|$)/;
const CASE = /^## case:\s*(.*?)\s*$/;
const PHASE = /^### phase:\s*(.*?)\s*$/;
const FINAL = /^### final\s*$/;

/** Reads eval.md of a skill. Never throws. */
export function readEvalMd(raw: string, file: string, skill: string, modules: readonly string[]): EvalMd {
  const flaws: EvalFlaw[] = [];
  const front = splitFrontMatter(raw);
  if (!front.ok) {
    const message = `${front.message.charAt(0).toUpperCase()}${front.message.slice(1)}.`;
    return { cases: [], flaws: [{ file, line: front.line, column: 1, message, fix: front.fix }] };
  }
  const keys = readFront(front.yaml, front.yamlLine, { file, skill, flaws });
  const { lines, unclosed } = linesOf(front.body, front.bodyLine);
  if (unclosed !== undefined) {
    flaws.push({
      file,
      line: unclosed,
      column: 1,
      message: 'This fenced block is never closed.',
      fix: 'Close it with a line like its first.',
    });
    return { cases: [], flaws };
  }
  const starts = lines.flatMap((line, i) => (!line.code && CASE.test(line.text) ? [i] : []));
  for (const line of lines.slice(0, starts[0] ?? lines.length)) {
    if (!line.code && /^#{1,6}\s*(case|phase)s?\s*:/i.test(line.text)) refuseHeading(line, file, flaws);
  }
  const cases = starts.map((start, nth) => readSection(lines.slice(start, starts[nth + 1]), { file, modules, flaws }));
  return { cases: cases.filter((one) => one !== undefined), flaws, ...keys };
}

type FrontKeys = Pick<EvalMd, 'acceptanceThreshold' | 'maxIterations'>;

function readFront(yaml: string, line: number, site: { file: string; skill: string; flaws: EvalFlaw[] }): FrontKeys {
  const read = placedYaml(yaml, site.file, line, site.flaws);
  if (read === undefined || !fitsForm(EVAL_KEYS, read.value, read.complain)) return {};
  const { skill, acceptance_threshold: threshold, max_iterations: most } = read.value as JsonObject;
  if (skill !== site.skill)
    read.complain(['skill'], `These are cases of "${String(skill)}".`, `Write "skill: ${site.skill}".`);
  return {
    ...(typeof threshold === 'number' ? { acceptanceThreshold: threshold } : {}),
    ...(typeof most === 'number' ? { maxIterations: most } : {}),
  };
}

function refuseHeading({ text, no }: Line, file: string, flaws: EvalFlaw[]): void {
  flaws.push({
    file,
    line: no,
    column: 1,
    message: `Nothing is known of the heading "${text.trim()}".`,
    fix: headingFix(text),
  });
}

type Section = { readonly file: string; readonly modules: readonly string[]; readonly flaws: EvalFlaw[] };

function readSection([heading, ...lines]: readonly Line[], { file, modules, flaws }: Section): EvalCase | undefined {
  if (heading === undefined) return undefined;
  const before = flaws.length;
  const complain = (_: unknown, message: string, fix: string) =>
    void flaws.push({ file, line: heading.no, column: 1, message, fix });
  const id = CASE.exec(heading.text)?.[1] ?? '';
  if (id === '') complain([], 'This case has no name.', 'Write `## case: <name>`.');
  if (id.length > 200) complain([], 'The name of this case is longer than 200 characters.', 'Choose a shorter one.');
  const heads = lines.flatMap((line, i) => (!line.code && HEADING.test(line.text) ? [i] : []));
  const fields = readFields(lines.slice(0, heads[0] ?? lines.length), file, flaws);
  if (flaws.length === before && fields.input === undefined) {
    complain([], `The case "${id}" has no input.`, 'Write "input: …" below its heading.');
  }
  const known = { modules, ...(fields.expected === undefined ? {} : { expected: fields.expected }) };
  const checks = heads.flatMap((head, nth) => {
    const line = lines[head];
    const target = line === undefined ? undefined : targetOf(line.text);
    if (line === undefined || target === undefined) {
      if (line !== undefined) refuseHeading(line, file, flaws);
      return [];
    }
    const own = lines.slice(head + 1, heads[nth + 1]);
    const read = readCriteria({ ...target, lines: own, known }, file, flaws);
    if (read.length === 0) {
      flaws.push({
        file,
        line: line.no,
        column: 1,
        message: 'There are no criteria below this heading.',
        fix: 'Write some, or take it out.',
      });
    }
    return read;
  });
  if (flaws.length > before) return undefined;
  return caseOf({ ...fields, id, checks }, { where: { file, line: heading.no }, modules }, complain);
}

function targetOf(text: string): { name: string; of: EvalCase['checks'][number]['of'] } | undefined {
  if (FINAL.test(text)) return { name: 'final', of: { at: 'final' } };
  const phase = PHASE.exec(text)?.[1];
  return phase === undefined || phase === '' ? undefined : { name: phase, of: { at: 'phase', phase } };
}
