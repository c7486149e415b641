import Type from 'typebox';
import type { Json } from '../json.ts';
import type { SkillCard } from '../skills/cards.ts';
import { defineOp } from './op.ts';

const MAX_SKILLS = 100;

export const listSkills = defineOp({
  kind: 'list_skills',
  effect: 'reads',
  summary: 'Lists the skills that this one may run: what each is for and what it takes.',
  input: Type.Object(
    {
      query: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 1_000,
          description: 'Only skills in whose card all these words occur.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  needKinds: [],
  needs: () => [],
  async run({ query = '' }, { skills }) {
    const words = query
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    const found = skills.list().filter((card) => words.every((word) => textOf(card).includes(word)));
    const left = found.length - MAX_SKILLS;
    const shown = { skills: found.slice(0, MAX_SKILLS), ...(left > 0 ? { more: left } : {}) };
    return JSON.parse(JSON.stringify(shown)) as Json;
  },
});

function textOf({ input: _, origin: __, ...said }: SkillCard): string {
  return Object.values(said).flat().join('\n').toLowerCase();
}
