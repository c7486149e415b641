import { type Example, skillMd } from './example.ts';

const KEYS = `artifacts:
  draft: { title: string, points: "string[]", sources: "string[]" }
  verdict: { title: string, ready: boolean }
final_output: verdict
entry: write
graph:
  write: [review]
  review:
    - { to: write, when: { visits.write: { maximum: 3 } } }
    - end
`;

/** The same skill with these instructions of the phase that writes. */
const write = (instructions: string) =>
  skillMd(
    KEYS,
    `## phase: write\n\n\`\`\`yaml\ninput: user_message | verdict\n\`\`\`\n\n${instructions}\n\n## phase: review\n\n\`\`\`yaml\ninput: draft\n\`\`\`\n\nReview the text as a reader who was not there.`,
  );

const GOOD = write('Write what was decided and why, for somebody who has to act on it tomorrow.');

export const PROSE_EXAMPLES = {
  'prose/empty-instructions': { bad: write(''), good: GOOD },
  'prose/names-a-phase': {
    bad: write('Write what was decided, so that the review phase finds nothing.'),
    good: write('Write what was decided, and review the text before you hand it in.'),
  },
  'prose/names-an-artifact': {
    bad: write('Write a `draft` of what was decided.'),
    good: write('Write a draft of what was decided.'),
  },
  'prose/names-the-skill': {
    bad: write('As part of the example skill, write what was decided.'),
    good: write('Write what was decided, for example who does what.'),
  },
  'prose/restates-fields': {
    bad: write(
      'Write what was decided. Give back:\n\n- `title`: one line\n- `points`: what was decided\n- `sources`: who said so',
    ),
    good: write('Write what was decided. A point is one sentence that somebody can act on, and each has a source.'),
  },
  'prose/steers': {
    bad: write('Write what was decided. Repeat until every decision has a source.'),
    good: write('Write what was decided. Every decision has a source.'),
  },
} as const satisfies Record<string, Example>;
