import { type Example, skillMd } from './example.ts';

const TYPES = `artifacts:
  draft: { body: string, words: integer }
  review: { body: string, remarks: "string[]", words: "integer?" }
final_output: review
entry: write
`;
const WRITE = '## phase: write\n\nWrite an answer that can be understood without the question.\n';
const JUDGE = '\n## phase: judge\n\n```yaml\ninput: draft\n```\n\nSay what is wrong with the text.\n';
const BODY = WRITE + JUDGE;

const edge = (carry: string) => `graph:\n  write: [judge]\n  judge:\n    - { to: end, carry: { ${carry} } }`;

const OPTIONAL = TYPES.replace('{ body: string, words: integer }', '{ body: "string?", words: integer }');
const SORTED =
  'artifacts:\n  draft: { body: string }\n  sorted: { body: string, urgent: boolean }\nfinal_output: sorted\nentry: write\n';
const SORT = '\n## phase: sort\n\n```yaml\ninput: draft\nmodel_class: none\n```\n';
const ASK = '\n## phase: decide\n\n```yaml\ninput: draft\n```\n\nSay whether somebody waits for it.\n';

const LONG = SORTED.replace('draft: { body: string }', 'draft: { body: string, late: boolean }').replace(
  ', urgent: boolean',
  '',
);

export const CARRY_EXAMPLES = {
  'carry/unknown-source': {
    bad: skillMd(TYPES + edge('body: input.text'), BODY),
    good: skillMd(TYPES + edge('body: input.body'), BODY),
  },
  'carry/type-mismatch': {
    bad: skillMd(TYPES + edge('words: input.body'), BODY),
    good: skillMd(TYPES + edge('words: input.words'), BODY),
  },
  'carry/may-be-absent': {
    bad: skillMd(OPTIONAL + edge('body: input.body'), BODY),
    good: skillMd(TYPES + edge('body: input.body'), BODY),
  },
  'carry/incomplete': {
    bad: skillMd(`${SORTED}graph:\n  write: [sort]\n  sort: [end]`, WRITE + SORT),
    good: skillMd(
      `${SORTED}graph:\n  write: [decide]\n  decide:\n    - { to: end, carry: { body: input.body } }`,
      WRITE + ASK,
    ),
  },
  'carry/left-over': {
    bad: skillMd(`${LONG}graph:\n  write: [sort]\n  sort: [end]`, WRITE + SORT),
    good: skillMd(`${LONG}graph:\n  write: [sort]\n  sort: [{ to: end, carry: { body: input.body } }]`, WRITE + SORT),
  },
} as const satisfies Record<string, Example>;
