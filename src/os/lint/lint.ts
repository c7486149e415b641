import type { SkillDocument } from '../skills/document.ts';
import type { Finding } from '../skills/finding.ts';
import type { Skill } from '../skills/skill.ts';
import { sortFindings } from './order.ts';
import type { LintEnv, Rule } from './rule.ts';
import { FAMILIES } from './rules.ts';
import { mapSkill } from './skill-map.ts';

export type { LintEnv, LintOp } from './rule.ts';

/**
 * What the rules have to say about a loaded skill.
 *
 *  - R1 The same skill and environment give the same findings in the same order, and never the same one twice.
 *  - R2 No skill makes it throw, and its time grows with the size of the skill.
 */
export function lintSkill(
  input: { readonly skill: Skill; readonly document: SkillDocument },
  env: LintEnv,
): readonly Finding[] {
  const { skill, document } = input;
  const subject = { skill, document, env, map: mapSkill(skill, document) };
  const findings: Finding[] = [];
  for (const { rules, check } of FAMILIES) {
    for (const { rule, place, message, fix } of check(subject)) {
      const { file, line, column } = place();
      findings.push({ rule, severity: severityOf(rules, rule), skill: skill.name, file, line, column, message, fix });
    }
  }
  return sortFindings(findings);
}

function severityOf(rules: readonly Rule[], id: string): Finding['severity'] {
  return rules.find((rule) => rule.id === id)?.severity ?? 'error';
}
