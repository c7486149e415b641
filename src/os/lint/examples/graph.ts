import { type Example, skillMd } from './example.ts';

const TEXT = 'artifacts:\n  text: { body: string }\nfinal_output: text\nentry: write\n';
const WRITE = '## phase: write\n\nWrite an answer that can be understood without the question.\n';
const POLISH = '\n## phase: polish\n\n```yaml\ninput: text\n```\n\nMake the sentences short.\n';
const CHECKED = 'artifacts:\n  text: { body: string, score: "number 0..1" }\nfinal_output: text\nentry: write\n';
const GATE = '\n## phase: gate\n\n```yaml\ninput: text\nmodel_class: none\n```\n';

export const GRAPH_EXAMPLES = {
  'graph/unreachable-phase': {
    bad: skillMd(`${TEXT}graph:\n  write: [end]\n  polish: [end]`, WRITE + POLISH),
    good: skillMd(`${TEXT}graph:\n  write: [polish]\n  polish: [end]`, WRITE + POLISH),
  },
  'graph/no-path-to-end': {
    bad: skillMd(`${TEXT}graph:\n  write: [polish, end]\n  polish: [polish]`, WRITE + POLISH),
    good: skillMd(`${TEXT}graph:\n  write: [polish, end]\n  polish: [polish, end]`, WRITE + POLISH),
  },
  'graph/no-open-edge': {
    bad: skillMd(
      `${TEXT}graph:\n  write: [polish]\n  polish:\n    - { to: polish, when: { visits.polish: { maximum: 2 } } }\n    - { to: end, when: { visits.polish: { minimum: 2 } } }`,
      WRITE + POLISH,
    ),
    good: skillMd(
      `${TEXT}graph:\n  write: [polish]\n  polish:\n    - { to: polish, when: { visits.polish: { maximum: 2 } } }\n    - end`,
      WRITE + POLISH,
    ),
  },
  'graph/last-edge-guarded': {
    bad: skillMd(
      `${CHECKED}graph:\n  write: [gate]\n  gate:\n    - { to: write_again, when: { visits.write_again: { maximum: 2 } } }\n    - { to: end, when: { score: { minimum: 0.8 } } }\n  write_again: [gate]`,
      `${WRITE}${GATE}\n## phase: write_again\n\n\`\`\`yaml\ninput: text\n\`\`\`\n\nMake the answer better.`,
    ),
    good: skillMd(
      `${CHECKED}graph:\n  write: [gate]\n  gate:\n    - { to: write_again, when: { score: { exclusiveMaximum: 0.8 }, visits.write_again: { maximum: 2 } } }\n    - end\n  write_again: [gate]`,
      `${WRITE}${GATE}\n## phase: write_again\n\n\`\`\`yaml\ninput: text\n\`\`\`\n\nMake the answer better.`,
    ),
  },
  'graph/never-taken': {
    bad: skillMd(`${CHECKED}graph:\n  write: [gate]\n  gate: [end, polish]\n  polish: [end]`, WRITE + GATE + POLISH),
    good: skillMd(
      `${CHECKED}graph:\n  write: [gate]\n  gate:\n    - { to: end, when: { score: { minimum: 0.8 } } }\n    - polish\n  polish: [end]`,
      WRITE + GATE + POLISH,
    ),
  },
  'guard/unknown-field': {
    bad: skillMd(
      `${CHECKED}graph:\n  write:\n    - { to: polish, when: { scores: { maximum: 0.5 } } }\n    - end\n  polish: [end]`,
      WRITE + POLISH,
    ),
    good: skillMd(
      `${CHECKED}graph:\n  write:\n    - { to: polish, when: { score: { maximum: 0.5 } } }\n    - end\n  polish: [end]`,
      WRITE + POLISH,
    ),
  },
  'graph/contradictory-guard': {
    bad: skillMd(
      `${CHECKED}graph:\n  write:\n    - { to: polish, when: { score: { minimum: 85 } } }\n    - end\n  polish: [end]`,
      WRITE + POLISH,
    ),
    good: skillMd(
      `${CHECKED}graph:\n  write:\n    - { to: polish, when: { score: { minimum: 0.85 } } }\n    - end\n  polish: [end]`,
      WRITE + POLISH,
    ),
  },
  'guard/no-effect': {
    bad: skillMd(
      `${TEXT}graph:\n  write:\n    - { to: polish, when: { body: { minimum: 500 } } }\n    - end\n  polish: [end]`,
      WRITE + POLISH,
    ),
    good: skillMd(
      `${TEXT}graph:\n  write:\n    - { to: polish, when: { body: { minLength: 500 } } }\n    - end\n  polish: [end]`,
      WRITE + POLISH,
    ),
  },
  'limits/guard-beyond-limit': {
    bad: skillMd(
      `${TEXT}limits: { max_phase_visits: 3 }\ngraph:\n  write: [polish]\n  polish:\n    - { to: polish, when: { visits.polish: { maximum: 9 } } }\n    - end`,
      WRITE + POLISH,
    ),
    good: skillMd(
      `${TEXT}limits: { max_phase_visits: 10 }\ngraph:\n  write: [polish]\n  polish:\n    - { to: polish, when: { visits.polish: { maximum: 9 } } }\n    - end`,
      WRITE + POLISH,
    ),
  },
} as const satisfies Record<string, Example>;
