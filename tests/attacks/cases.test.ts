import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { expand, rowsOf } from './cases.ts';
import { PENDING, STRICTER } from './differs.ts';

const rows = rowsOf();
const classes = [...new Set(rows.map(({ cls }) => cls))];

describe('rows of attacks', () => {
  it('are 262 samples and more, each with an id of its own', () => {
    expect(rows.filter(({ id }) => !id.startsWith('X'))).toHaveLength(262);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  it.each(classes)('of the class %s are played', (cls) => {
    const suite = fs.readFileSync(path.join(import.meta.dirname, `${cls}.test.ts`), 'utf8');
    expect(suite).toContain(`attackSuite('${cls}'`);
  });

  it.each(['path', 'link', 'search', 'protect', 'net', 'exec', 'secret'])(
    'of the class %s go beyond the samples',
    (cls) => {
      expect(rowsOf(cls).filter(({ id }) => id.startsWith('X')).length).toBeGreaterThanOrEqual(3);
    },
  );

  it('that come out differently, or wait for something, are rows that there are', () => {
    const ids = rows.map(({ id }) => id);
    for (const id of [...Object.keys(STRICTER), ...Object.keys(PENDING)]) expect(ids).toContain(id);
  });

  it('have their names filled in and their long texts written out, and keep members of every name', () => {
    const row = JSON.parse(
      '{"a": ["$OUT/x", "${WS}-evil", "$OUTER", "$HOME"], "__proto__": {"b": {"repeat": "ab", "n": 2}}, "c": {"concat": ["$WS", {"repeat": "x", "n": 3}]}}',
    );
    const filled = expand(row, { OUT: '/out', WS: '/ws' });
    expect(JSON.stringify(filled)).toBe(
      '{"a":["/out/x","/ws-evil","$OUTER","$HOME"],"__proto__":{"b":"abab"},"c":"/wsxxx"}',
    );
  });
});
