import type { Permissions, Phase, Skill, Step } from '../../os/skills/skill.ts';
import { clean, type Paint } from '../output.ts';
import { drawGraph } from './graph/text.ts';

/** A skill on a page: what it is, its graph, its phases, its types, what it may do. */
export function showSkill(skill: Skill, paint: Paint): string {
  const { bold, dim } = paint;
  const phases = Object.values(skill.phases).map((phase) => {
    const parts = phase.modelClass === 'none' ? ['no model'] : modelParts(phase);
    const steps = phase.preprocessor.map(stepName);
    const told = steps.length === 0 ? parts : [...parts, `steps: ${steps.join(', ')}`];
    return `  ${phase.name}${dim(` · ${told.join(' · ')}`)}`;
  });
  const types = Object.values(skill.artifacts).map((type) => {
    const fields = Object.keys((type.schema.properties ?? {}) as Record<string, unknown>);
    return `  ${type.name}${dim(fields.length === 0 ? '' : `  ${fields.join(', ')}`)}`;
  });
  const permissions = showPermissions(skill.permissions);
  return [
    `${bold(skill.name)}  ${dim(`${skill.kind} · ${skill.origin} · ${skill.dir}`)}`,
    ...(skill.description === '' ? [] : [clean(skill.description)]),
    `${dim('version')} ${skill.fingerprint}`,
    '',
    drawGraph(skill, paint).trimEnd(),
    '',
    bold('Phases'),
    ...phases,
    bold('Artifacts'),
    ...types,
    bold('Permissions'),
    ...(permissions.length === 0 ? ['  none'] : permissions.map((line) => `  ${line}`)),
    '',
  ].join('\n');
}

function modelParts({ role, allowedOps, maxActTurns }: Phase): string[] {
  const ops = allowedOps === undefined ? 'ask_user and reading' : allowedOps.join(', ') || 'none';
  return [...(role === undefined ? [] : [clean(role)]), `ops: ${ops}`, `at most ${maxActTurns} act turns`];
}

/** What a step does, in a word or two: `read_file`, `js rank`, `iterate over notes (read_file)`. */
function stepName(step: Step): string {
  switch (step.type) {
    case 'op':
      return step.op;
    case 'js':
      return `js ${step.function}`;
    case 'python':
      return `python ${step.function}`;
    case 'iterate':
      return `iterate over ${step.over.join('.')} (${stepName(step.apply)})`;
    case 'parallel':
      return `parallel ${Object.keys(step.branches).join(' + ')}`;
    case 'validate':
      return 'validate';
  }
}

function showPermissions({ file, skill, mcp, ...rest }: Permissions): string[] {
  const groups: [string, readonly string[]][] = [
    ['file.read', file.read],
    ['file.write', file.write],
    ['skill.run', skill.run],
    ['skill.delegate', skill.delegate],
    ['skill.write', skill.write],
    ['exec', rest.exec.map((argv) => argv.join(' '))],
    ['net', rest.net],
    ['mcp', Object.entries(mcp).map(([server, tools]) => `${server}: ${tools.join(' ')}`)],
    ['recall', rest.recall],
    ['index', rest.index],
    ['eval', rest.eval ? ['yes'] : []],
    ['python', rest.python.map((entry) => `${entry.module}:${entry.function}`)],
    ['secrets', rest.secrets],
    ['optional', rest.optional],
  ];
  return groups.filter(([, values]) => values.length > 0).map(([kind, values]) => `${kind}: ${values.join(', ')}`);
}
