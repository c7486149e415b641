import type { Permissions, Skill } from '../../os/skills/skill.ts';
import { clean, type Paint, plural } from '../output.ts';
import { drawGraph } from './graph/text.ts';

/** A skill on a page: what it is, its graph, its phases, its types, what it may do. */
export function showSkill(skill: Skill, paint: Paint): string {
  const { bold, dim } = paint;
  const phases = Object.values(skill.phases).map((phase) => {
    const ops = phase.allowedOps === undefined ? 'ask_user and reading' : phase.allowedOps.join(', ') || 'none';
    const role = phase.role === undefined ? '' : ` · ${clean(phase.role)}`;
    if (phase.modelClass === 'none') return `  ${phase.name}${dim(` · ${plural(phase.preprocessor.length, 'step')}`)}`;
    return `  ${phase.name}${dim(`${role} · ops: ${ops} · at most ${phase.maxActTurns} act turns`)}`;
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
    ['optional', rest.optional],
  ];
  return groups.filter(([, values]) => values.length > 0).map(([kind, values]) => `${kind}: ${values.join(', ')}`);
}
