import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Reyn } from './api.ts';
import { readEvalFiles } from './learning/evals/read-eval-set.ts';
import { UserError } from './os/errors.ts';
import type { Finding } from './os/skills/finding.ts';
import { listed, oneOf } from './os/suggest.ts';
import { visible } from './os/visible.ts';

/**
 * What is wrong with the eval files of skills, by name or by folder; of all skills of the project when none are named.
 * What does not load, is hidden, or is no skill of the project is not asked about its phases.
 */
export function evalFindings(reyn: Pick<Reyn, 'root' | 'skills'>, names: readonly string[]): readonly Finding[] {
  const entries = reyn.skills.folders();
  const asked = names.map((name) => {
    const dir = path.resolve(reyn.root, name);
    return entries.find((one) => one.name === name) ?? { name: path.basename(dir), dir };
  });
  const own = names.length === 0 ? entries.filter(({ origin }) => origin !== 'stdlib') : asked;
  return own.flatMap(({ name, dir }) => {
    const resolves = entries.some((one) => one.name === name && one.dir === dir && one.shadowedBy === undefined);
    return findingsIn(name, dir, () => (resolves ? phasesOf(reyn, name) : undefined));
  });
}

/** @param phasesIn phases of the skill, asked for when its cases are read; `undefined` when they are not known. */
function findingsIn(skill: string, dir: string, phasesIn: () => readonly string[] | undefined): readonly Finding[] {
  if (!['eval.md', 'evals'].some((file) => existsSync(path.join(dir, file)))) return [];
  const { set, flaws } = readEvalFiles(dir, skill);
  const found = flaws.map(({ file, line, column, message, fix }): Finding => {
    return {
      rule: 'evals/form',
      severity: 'error',
      skill,
      file,
      line,
      column,
      message: visible(bare(message)),
      fix: visible(fix),
    };
  });
  const phases = set === undefined ? undefined : phasesIn();
  if (set === undefined || phases === undefined) return found;
  const strays = set.cases.flatMap(({ checks, where }) =>
    checks.flatMap(({ of }): Finding[] => {
      if (of.at === 'final' || phases.includes(of.phase)) return [];
      const message = `the skill has no phase "${of.phase}", so what is checked of it is always 0`;
      return [
        {
          rule: 'evals/phase',
          severity: 'error',
          skill,
          ...where,
          column: 1,
          message: visible(message),
          fix: visible(`Write ${oneOf(of.phase, phases)}; there are ${listed(phases)}.`),
        },
      ];
    }),
  );
  return [...found, ...strays];
}

/** A finding is a clause: it has no full stop and no capital. */
function bare(message: string): string {
  const clause = message.endsWith('.') ? message.slice(0, -1) : message;
  return clause.charAt(0).toLowerCase() + clause.slice(1);
}

function phasesOf({ skills }: Pick<Reyn, 'skills'>, name: string): readonly string[] | undefined {
  try {
    return Object.keys(skills.load(name).phases);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
