import { lintSkill } from '../../os/lint/lint.ts';
import { lintOps } from '../../os/ops/lint-env.ts';
import type { Op } from '../../os/ops/op.ts';
import type { Opened } from '../../os/skills/catalog.ts';
import { compileSkill } from '../../os/skills/compile.ts';

/** Errors that lint finds in a candidate, as a person reads them. Whether skills it names are there, is not looked at. */
export function lintErrors({ source }: Opened, ops: readonly Op[]): readonly string[] {
  const { skill, document, findings } = compileSkill(source);
  const found = skill === undefined ? [] : lintSkill({ skill, document }, envOf(skill, ops));
  return [...findings, ...found]
    .filter(({ severity }) => severity === 'error')
    .map(({ file, line, message }) => `${file}:${line}: ${message}`);
}

function envOf({ permissions }: Opened['skill'], ops: readonly Op[]) {
  return {
    ops: lintOps(ops),
    skills: [...permissions.skill.run, ...permissions.skill.delegate],
    permissionsOf: () => undefined,
    modelClasses: undefined,
  };
}
