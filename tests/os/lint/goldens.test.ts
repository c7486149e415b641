import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { paint } from '../../../src/cli/output.ts';
import { showFindings } from '../../../src/cli/render/findings.ts';
import { EXAMPLE_ENV } from '../../../src/os/lint/examples.ts';
import { lintSkill } from '../../../src/os/lint/lint.ts';
import { sortFindings } from '../../../src/os/lint/order.ts';
import { compileSkill } from '../../../src/os/skills/compile.ts';
import { readSkillSource } from '../../../src/os/skills/read-source.ts';

const HERE = path.join(import.meta.dirname, 'goldens');
const SHARED = 'shared';

/**
 * A case is a skill folder with `expected.txt`, what `reyn lint` says about it. After a change that is meant:
 * `UPDATE_GOLDENS=1 npx vitest run tests/os/lint/goldens.test.ts`, then read the difference.
 */
describe('reyn lint says about the golden folder', () => {
  const cases = readdirSync(HERE).filter((name) => name !== SHARED);

  it.each(cases)('%s what its expected.txt says', (name) => {
    const expected = path.join(HERE, name, 'expected.txt');
    const text = lintFolder(name);
    if (process.env.UPDATE_GOLDENS === '1') writeFileSync(expected, text);
    expect(existsSync(expected)).toBe(true);
    expect(text).toBe(readFileSync(expected, 'utf8'));
  });
});

function lintFolder(name: string): string {
  const read = readSkillSource(path.join(HERE, name), { name, origin: 'project', sharedDir: path.join(HERE, SHARED) });
  const { skill, document, findings } = compileSkill(read);
  const all = skill === undefined ? findings : [...findings, ...lintSkill({ skill, document }, EXAMPLE_ENV)];
  return showFindings(sortFindings(all), () => '', paint(false));
}
