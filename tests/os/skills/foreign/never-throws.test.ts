import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { dump } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_ENV } from '../../../../src/os/lint/examples.ts';
import { lintSkill } from '../../../../src/os/lint/lint.ts';
import { toAgentSkill } from '../../../../src/os/skills/agent-skill/export.ts';
import { compileSkill } from '../../../../src/os/skills/compile.ts';
import type { Finding } from '../../../../src/os/skills/finding.ts';
import { readSkillSource } from '../../../../src/os/skills/read-source.ts';
import type { SkillSource } from '../../../../src/os/skills/source.ts';
import { sourceOf } from '../skill-files.ts';

const SKILLS = path.resolve('tests/foreign/skills');
const SOURCES = fs
  .readdirSync(SKILLS)
  .map((name) => readSkillSource(path.join(SKILLS, name), { name, origin: 'project', root: path.resolve('.') }));

/** Everything that is ever said of a source; exporting it must not throw either. */
function lookAt(source: SkillSource): readonly Finding[] {
  const { skill, document, findings } = compileSkill(source);
  toAgentSkill(source);
  return skill === undefined ? findings : [...findings, ...lintSkill({ skill, document }, EXAMPLE_ENV)];
}

function sound(findings: readonly Finding[]): boolean {
  return findings.every(({ file, line, column, message, fix }) => {
    return file !== '' && line >= 1 && column >= 1 && message !== '' && fix !== '';
  });
}

/** A piece of one line goes, comes twice, or becomes something else. */
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(12),
  by: fc.constantFrom(
    '',
    ':',
    '- ',
    '[',
    '{',
    '}',
    '"',
    '\n',
    '  ',
    '${',
    '...',
    'null',
    '[]',
    '{}',
    '1e999',
    'data.',
    '\u202e',
  ),
});

const WORDS = [
  'kind',
  'op',
  'type',
  'run_op',
  'file',
  'read',
  'path',
  'data',
  'data.x',
  'args_from',
  'into',
  'python',
  '_iter.item',
];
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...WORDS, '', null, true, 0, -1, 1e21),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...WORDS, 'schema', 'properties', 'toString'), tie('any'), { maxKeys: 4 }),
  ),
})).any;

describe('whatever is done to a foreign folder', () => {
  it('lint and export say what is wrong and never throw: edits of the text', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.array(edit, { minLength: 1, maxLength: 4 }), (which, file, edits) => {
        const source = SOURCES[which % SOURCES.length] as SkillSource;
        const names = [...source.files.keys()];
        const name = names[file % names.length] ?? '';
        let text = Buffer.from(source.files.get(name) ?? '').toString('utf8');
        for (const { at, length, by } of edits) {
          const start = Math.floor(at * text.length);
          text = text.slice(0, start) + by + text.slice(start + length);
        }
        expect(sound(lookAt({ ...source, files: new Map([...source.files, [name, Buffer.from(text)]]) }))).toBe(true);
      }),
      { numRuns: 600 },
    );
  });

  it('lint and export say what is wrong and never throw: any value at any foreign key', () => {
    const keys = ['preprocessor', 'allowed_ops', 'input', 'max_retries', 'default_sandbox_policy', 'can_finish'];
    const heads = ['permissions', 'postprocessor', 'routing', 'graph', 'artifacts', 'final_output', 'search_hints'];
    const agent = ['name', 'description', 'license', 'metadata', 'allowed-tools', 'compatibility'];
    const some = (of: readonly string[]) => fc.dictionary(fc.constantFrom(...of), value, { maxKeys: 4 });
    fc.assert(
      fc.property(some(keys), some(heads), some(agent), value, (phase, head, skill, artifact) => {
        const front = (keys: object) => `---\n${dump(keys, { noRefs: true })}---\nDo it.\n`;
        const folder = {
          'skill.md': front({ type: 'skill', name: 'demo', graph: { one: [] }, ...head }),
          'phases/one.md': front({ type: 'phase', name: 'one', input: 'thing', ...phase }),
          'artifacts/thing.yaml': dump(artifact, { noRefs: true }),
        };
        expect(sound(lookAt(sourceOf(folder)))).toBe(true);
        expect(sound(lookAt(sourceOf({ 'SKILL.md': front(skill) })))).toBe(true);
      }),
      { numRuns: 600 },
    );
  });
});
