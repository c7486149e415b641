import { type SkillContracts, SUB_SKILL } from './contract.ts';
import { nameProblem } from './names.ts';
import { type Part, refuse } from './part.ts';
import type { ReadPhase } from './phases.ts';
import { type ArtifactType, USER_MESSAGE } from './skill.ts';

/** A node `@skill` of a graph: a phase without a model whose one step runs that skill. */
export type SubSkillNode = { readonly read: ReadPhase; readonly types: readonly ArtifactType[] };

/**
 * The phase a node stands for. Its artifact types are those of the skill's contract under `<skill>.<type>`. Without
 * any contracts at hand the node takes anything: what it leads to is checked when the skill runs.
 * @returns `undefined` after reporting why there is no such skill.
 */
export function subSkillNode(
  part: Part,
  node: string,
  contracts: SkillContracts | undefined,
): SubSkillNode | undefined {
  const skill = node.slice(SUB_SKILL.length);
  const problem = nameProblem('skill', skill);
  if (problem !== undefined) return refuse(part, 'format/name', problem.message, problem.fix);
  const contract = contracts === undefined ? ANYTHING : contracts.get(skill);
  if (contract === undefined || 'problem' in contract) {
    const why = contract?.problem ?? `there is no skill "${skill}"`;
    return refuse(
      part,
      'format/unknown-skill',
      `the node "${node}" leads nowhere: ${why}`,
      'Mend that skill, or name another.',
    );
  }
  const qualify = (type: ArtifactType) =>
    type.name === USER_MESSAGE.name ? USER_MESSAGE : { ...type, name: `${skill}.${type.name}` };
  const types = contract.input.map(qualify);
  return {
    types,
    read: {
      canFinish: false,
      phase: {
        name: node,
        input: types.map(({ name }) => name),
        modelClass: 'none',
        allowedOps: [],
        maxActTurns: 0,
        preprocessor: [
          { type: 'op', op: 'run_skill', args: { skill, input: `\${input}` }, into: [], onError: 'fail', when: [] },
        ],
        instructions: '',
        gives: qualify(contract.output),
      },
    },
  };
}

const ANYTHING = { input: [{ name: 'input', schema: {} }], output: { name: 'output', schema: {} } };
