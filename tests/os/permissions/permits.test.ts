import { describe, expect, it } from 'vitest';
import type { DecisionContext } from '../../../src/os/permissions/decide.ts';
import { permitsOf } from '../../../src/os/permissions/permits.ts';
import { NO_PERMISSIONS } from '../../../src/os/skills/skill.ts';
import { ASKING } from './asking.ts';

const context: DecisionContext = {
  ...ASKING,
  permissions: { ...NO_PERMISSIONS, file: { read: ['docs/**', 'src/**'], write: ['docs/**'] } },
  policy: { allow: [], deny: [{ need: 'file.read', resource: 'docs/private' }] },
};

describe('permitsOf', () => {
  it('opens the very path that was decided, in its canonical form, and no other', () => {
    const permits = permitsOf(
      [
        { kind: 'file.read', path: './docs/a.md' },
        { kind: 'file.write', path: 'docs//b.md' },
      ],
      context,
    );
    expect(permits.read('docs/a.md')).toBe(true);
    expect(permits.write('docs/b.md')).toBe(true);
    expect(permits.write('docs/a.md')).toBe(false);
    expect(permits.read('docs/c.md')).toBe(false);
  });

  it('opens, below a tree, each file that would be allowed by itself', () => {
    const permits = permitsOf([{ kind: 'file.read', path: 'docs', tree: true }], context);
    expect(permits.read('docs/a/b.md')).toBe(true);
    expect(permits.read('docs/private/b.md')).toBe(false);
    expect(permits.read('docs/.env')).toBe(false);
    expect(permits.read('src/a.ts')).toBe(false);
    expect(permits.read('docs2/a.ts')).toBe(false);
    expect(permits.read('work:/docs/a.md')).toBe(false);
    expect(permits.write('docs/a/b.md')).toBe(false);
    const all = permitsOf([{ kind: 'file.read', path: '.', tree: true }], context);
    expect(all.read('src/a.ts')).toBe(true);
    expect(all.read('other.ts')).toBe(false);
  });

  it('opens nothing without needs', () => {
    const permits = permitsOf([], context);
    expect([permits.read('docs/a.md'), permits.write('docs/a.md'), permits.read('work:/a')]).toEqual([
      false,
      false,
      false,
    ]);
  });
});
