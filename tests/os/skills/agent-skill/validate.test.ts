import { describe, expect, it } from 'vitest';
import { agentSkillProblems } from '../../../../src/os/skills/agent-skill/validate.ts';

const GOOD = { name: 'pdf-forms', description: 'Fills in forms.' };

function rules(keys: Parameters<typeof agentSkillProblems>[0], folder = 'pdf-forms'): string[] {
  return agentSkillProblems(keys, folder).map(({ rule, path }) => `${rule} ${path.join('.')}`.trim());
}

describe('the front matter of a SKILL.md', () => {
  it('is valid with a name and a description, and with every other key of the specification', () => {
    expect(rules(GOOD)).toEqual([]);
    const more = { license: 'MIT', compatibility: 'Needs git', metadata: { version: '1.0' } };
    expect(rules({ ...GOOD, ...more, 'allowed-tools': 'Bash(git:*) Read' })).toEqual([]);
    expect(rules({ ...GOOD, 'allowed-tools': ['Read', 'Grep'] })).toEqual([]);
  });

  it.each(['PDF', '-pdf', 'pdf-', 'pdf--forms', 'pdf_forms', 'pdf forms', 'péage', '', 'a'.repeat(65)])(
    'is not valid with the name "%s"',
    (name) => {
      expect(rules({ ...GOOD, name }, name)).toEqual(['agent-skill/name name']);
    },
  );

  it('is not valid with a name that is missing, no text, or not that of the folder', () => {
    expect(rules({ description: 'x' })).toEqual(['agent-skill/name']);
    expect(rules({ ...GOOD, name: 5 })).toEqual(['agent-skill/name name']);
    expect(rules(GOOD, 'other')).toEqual(['agent-skill/name name']);
    expect(rules({ ...GOOD, name: 'a'.repeat(64) }, 'a'.repeat(64))).toEqual([]);
  });

  it('has a description of 1 to 1024 characters, a character being what a person counts as one letter', () => {
    expect(rules({ ...GOOD, description: '🌍'.repeat(1024) })).toEqual([]);
    expect(rules({ ...GOOD, description: 'x'.repeat(1025) })).toEqual(['agent-skill/description description']);
    expect(rules({ ...GOOD, description: ' ' })).toEqual(['agent-skill/description description']);
    expect(rules({ name: 'pdf-forms' })).toEqual(['agent-skill/description']);
  });

  it('has texts where the specification asks for them, and no other keys', () => {
    const odd = {
      license: 1,
      compatibility: 'x'.repeat(501),
      metadata: { version: 1 },
      'allowed-tools': 3,
      version: '1',
    };
    expect(rules({ ...GOOD, ...odd })).toEqual([
      'agent-skill/value license',
      'agent-skill/value compatibility',
      'agent-skill/value metadata.version',
      'agent-skill/value allowed-tools',
      'agent-skill/key version',
    ]);
  });
});
