import { isObject } from '../../json.ts';
import { defineFamily } from '../rule.ts';

/** Keys of the library are inert in a run; what is wrong with them would only show when nothing matches. */
export const library = defineFamily({
  rules: [
    {
      id: 'routing/empty',
      severity: 'warning',
      finds: 'a key of `routing` that holds no sentence',
      why: 'Nothing can be matched against it.',
      fix: 'Add a sentence, or delete the key.',
    },
    {
      id: 'routing/repeated',
      severity: 'warning',
      finds: 'a sentence that stands twice in `routing.triggers` or `routing.exclude_when`, or in both',
      why: 'Twice in one it counts for nothing more; in both it excludes the skill where it should match.',
      fix: 'Delete one of the two.',
    },
  ],
  *check({ skill, map }) {
    const { routing } = skill.library;
    const seen = new Map<string, string>();
    for (const keys of KEYS) {
      const value = at(routing, keys);
      const name = ['routing', ...keys].join('.');
      if (typeof value === 'string' ? value.trim() === '' : Array.isArray(value) && value.length === 0) {
        yield {
          rule: 'routing/empty',
          place: map.skillPlace('routing', ...keys),
          message: `\`${name}\` holds no sentence`,
          fix: `Add a sentence to \`${name}\`, or delete the key.`,
        };
      }
      if (keys[0] !== 'triggers' && keys[0] !== 'exclude_when') continue;
      for (const { text, path } of sentences(value)) {
        const key = text.toLowerCase();
        const before = seen.get(key);
        seen.set(key, before ?? name);
        if (before === undefined) continue;
        const twice = before === name;
        yield {
          rule: 'routing/repeated',
          place: map.skillPlace('routing', ...keys, ...path),
          message: `"${text}" stands in \`${before}\` ${twice ? 'twice' : `and in \`${name}\``}`,
          fix: twice ? 'Delete one of the two.' : 'Delete it from one of the two.',
        };
      }
    }
  },
});

const KEYS: readonly (readonly string[])[] = [
  ['triggers'],
  ['exclude_when'],
  ['when_to_use'],
  ['when_not_to_use'],
  ['examples', 'positive'],
  ['examples', 'negative'],
];

function at(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce((found, key) => (isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined), value);
}

/** Sentences of a list, or of a text with one on each line. */
function sentences(value: unknown): readonly { readonly text: string; readonly path: readonly number[] }[] {
  const texts = typeof value === 'string' ? value.split('\n') : Array.isArray(value) ? value : [];
  return texts
    .map((text, index) => ({ text: String(text).trim(), path: Array.isArray(value) ? [index] : [] }))
    .filter(({ text }) => text !== '');
}
