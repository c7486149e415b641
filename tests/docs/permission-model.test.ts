import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decide } from '../../src/os/permissions/decide.ts';
import { NO_PERMISSIONS } from '../../src/os/skills/skill.ts';
import { closedPlaces } from '../../src/outside.ts';
import { ASKING } from '../os/permissions/asking.ts';

it('shows of a write to a skill that ships the event that such a write leaves', () => {
  const page = readFileSync('docs/concepts/op-and-permission.md', 'utf8');
  const shown = JSON.parse(/^\{"type":"permission_denied".*\}$/m.exec(page)?.[0] ?? '{}');
  const { resource, need, reason, by } = shown.data;
  const decision = decide(
    { kind: need, path: resource },
    {
      ...ASKING,
      permissions: { ...NO_PERMISSIONS, file: { read: [], write: ['**'] } },
      policy: { allow: [{ need: 'file.write', resource: '**' }], deny: [] },
      closed: closedPlaces(process.cwd(), {}),
    },
  );
  expect(decision).toEqual({ verdict: 'deny', by, reason });
});
