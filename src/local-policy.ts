import { OPS } from './ops.ts';
import type { Config, PolicyRule } from './os/config/config.ts';
import { localPath } from './os/workspace/location.ts';

/**
 * Rules as the gate compares them: a path from the root of the disk on that lies in the project becomes relative to it,
 * as those of ops do. Else a rule written so would pass every file of the project by.
 */
export function localPolicy(root: string, { allow, deny }: Config['policy']): Config['policy'] {
  const local = (rule: PolicyRule): PolicyRule =>
    rule.resource === undefined || !speaksOfFiles(rule) ? rule : { ...rule, resource: localPath(root, rule.resource) };
  return {
    allow: allow.map(local),
    // who closes the folder of the project means all in it
    deny: deny.map(local).map((rule) => (rule.resource === '.' ? { ...rule, resource: '**' } : rule)),
  };
}

function speaksOfFiles({ need, op }: PolicyRule): boolean {
  if (need !== undefined) return need.startsWith('file.');
  return OPS.find(({ kind }) => kind === op)?.needKinds.some((kind) => kind.startsWith('file.')) === true;
}
