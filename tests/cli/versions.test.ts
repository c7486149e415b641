import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { governed, SKILL } from './governed.ts';

const AT = 'reyn/project/notes/skill.md';
const changed = (word: string) => SKILL.replace('Keep notes.', `Keep notes ${word}.`);

describe('reyn skill versions', () => {
  it('keeps, compares, rolls back and goes forward again', async () => {
    const { reyn, write, read } = governed();
    expect((await reyn(['skill', 'versions', 'notes'])).err).toContain('No version of notes is kept yet');
    expect((await reyn(['skill', 'adopt', 'notes'])).out).toBe('v1\n');
    write(AT, changed('well'));
    const before = await reyn(['skill', 'versions', 'notes']);
    expect(before.out).toMatch(/v1 .* initial save ← current, changed since/);
    expect(before.err).toContain('notes was changed since v1');
    expect((await reyn(['skill', 'diff', 'notes', 'v1'])).out).toContain('+Keep notes well.');
    const back = await reyn(['skill', 'rollback', 'notes', '--json']);
    expect(back.json()).toMatchObject({ from: 2, to: 1, saved: 2, loosens: [] });
    expect(read(AT)).toBe(SKILL);
    expect((await reyn(['skill', 'show', 'notes', 'v2', '--json'])).json()).toMatchObject({ name: 'notes' });
    expect((await reyn(['skill', 'rollback', 'notes', '--to', 'v2'])).out).toBe('v2\n');
    expect(read(AT)).toBe(changed('well'));
    const list = await reyn(['skill', 'versions', 'notes', '--json']);
    expect(list.json()).toMatchObject({
      current: 2,
      state: 'kept',
      versions: [
        { version: 1, reason: 'initial save' },
        { version: 2, parent: 1, reason: 'changed by hand' },
      ],
    });
    expect((await reyn(['skill', 'diff', 'notes', 'v2', 'now'])).err).toContain('v2 and now are the same');
    const log = await reyn(['events', 'query', '--type', 'skill_rolled_back', '--json']);
    expect(log.out).toContain('"skill_rolled_back"');
  });

  it('says what an older version may do that the present one may not', async () => {
    const { reyn, write } = governed();
    await reyn(['skill', 'adopt', 'notes']);
    write(AT, SKILL.replace('  exec: [[git, "**"]]\n', ''));
    const back = await reyn(['skill', 'rollback', 'notes']);
    expect([back.exit, back.err]).toEqual([0, expect.stringContaining('Unlike v2: it may exec: git **')]);
  });

  it('refuses a skill that ships with exit 4, before and after', async () => {
    const { reyn, root } = governed();
    for (const act of ['rollback', 'adopt']) {
      const said = await reyn(['skill', act, 'direct_llm']);
      expect([said.exit, said.err]).toEqual([4, expect.stringContaining('reyn skill copy direct_llm')]);
    }
    expect((await reyn(['skill', 'versions', 'direct_llm'])).exit).toBe(0);
    expect(fs.existsSync(path.join(root, '.reyn/skill-versions'))).toBe(false);
  });

  it.each([
    [['rollback', 'notes'], 'no version of "notes" is kept yet'],
    [['show', 'notes', 'v9'], 'no version of "notes" is kept yet'],
    [['rollback', 'nots'], 'there is no skill "nots"'],
    [['adopt', 'notes', '--unverified'], 'there is none to overrule'],
    [['adopt', 'notes', '--receipt', 'x'], 'there is no receipt "x"'],
  ])('says why %s cannot be done', async (argv, why) => {
    const { reyn } = governed();
    const said = await reyn(['skill', ...argv]);
    expect([said.exit, said.err]).toEqual([2, expect.stringContaining(why)]);
  });
});
