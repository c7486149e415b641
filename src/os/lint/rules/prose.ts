import type { Prose } from '../../skills/document.ts';
import type { ArtifactType, Phase } from '../../skills/skill.ts';
import { listed } from '../../suggest.ts';
import { type FieldSet, findFieldLists } from '../prose/field-lists.ts';
import { findMentions, indexNames, type Mention, type Name, type NameIndex, nameOf } from '../prose/names.ts';
import { findSteers, findSteersInBlocks, type SteerKind } from '../prose/steers.ts';
import { spotIn, type Token, type Tokens, tokenize } from '../prose/tokens.ts';
import { defineFamily, type Report, type Subject } from '../rule.ts';
import { fieldsOf } from '../schema/fields.ts';
import { type Placed, phaseOf } from '../skill-map.ts';

type Id =
  | 'prose/empty-instructions'
  | 'prose/names-a-phase'
  | 'prose/names-an-artifact'
  | 'prose/names-the-skill'
  | 'prose/restates-fields'
  | 'prose/steers';

const KNOWS_NOTHING =
  'A phase knows only its input and its task, so that it can stand in another place or another skill; structure is data in `graph`.';

/** Instructions carry domain sense; structure, schemas and names are the skill's and the OS's. */
export const prose = defineFamily<Id>({
  rules: [
    {
      id: 'prose/empty-instructions',
      severity: 'error',
      finds: 'a phase with a model and without instructions',
      why: 'The model is asked for an artifact and told nothing of the task.',
      fix: 'Write what is to be done, or make it `model_class: none`.',
    },
    {
      id: 'prose/names-a-phase',
      severity: 'warning',
      finds: 'instructions that name another phase',
      why: KNOWS_NOTHING,
      fix: 'Say what the work must be like; put the way there into `graph`.',
    },
    {
      id: 'prose/names-an-artifact',
      severity: 'warning',
      finds: 'instructions that name an artifact type',
      why: 'The OS shows the model its input and the schema of each candidate; a type that is renamed would leave a false name behind.',
      fix: 'Say what the thing is in plain words.',
    },
    {
      id: 'prose/names-the-skill',
      severity: 'warning',
      finds: 'instructions that name the skill they belong to',
      why: KNOWS_NOTHING,
      fix: 'Say what is to be done without naming the skill.',
    },
    {
      id: 'prose/restates-fields',
      severity: 'warning',
      finds: 'instructions that list the fields of an artifact type',
      why: 'The OS shows the schema; a second list goes stale and the model follows the wrong one.',
      fix: 'Put what each field means into its `description` in the artifact type.',
    },
    {
      id: 'prose/steers',
      severity: 'warning',
      finds: 'instructions that say where to go next, how often to repeat, or when to finish',
      why: 'Prose cannot enforce it. Edges, guards and finish criteria can, and they are shown to the model.',
      fix: 'Use an edge in `graph`, a guard on `visits`, or `finish_criteria`.',
    },
  ],
  *check(subject) {
    for (const phase of subject.map.phases) {
      if (phase.modelClass === 'none' || phase.instructions.trim() !== '') continue;
      yield {
        rule: 'prose/empty-instructions',
        place: subject.map.phasePlace(phase.name),
        message: `the phase "${phase.name}" has a model and no instructions`,
        fix: 'Write below the front matter what is to be done, or set `model_class: none`.',
      };
    }
    const names = namesOf(subject);
    const fields = fieldSets(subject);
    for (const text of subject.document.prose) {
      const phase = text.phase === undefined ? undefined : phaseOf(subject.skill, text.phase);
      // Nobody is steered by what no model reads.
      if (phase !== undefined && phase.modelClass !== 'none')
        yield* checkProse(subject, phase, text, { names, fields });
    }
  },
});

function namesOf({ skill, map }: Subject): NameIndex {
  return indexNames([
    ...map.phases.map(({ name }) => nameOf('phase', name)),
    ...Object.keys(skill.artifacts).map((name) => nameOf('artifact', name)),
    nameOf('skill', skill.name),
  ]);
}

/** The fields of each type, read once. */
function fieldSets({ skill }: Subject): (type: ArtifactType) => FieldSet {
  const known = new Map(
    Object.values(skill.artifacts).map(({ name, schema }) => [name, { artifact: name, fields: fieldsOf(schema) }]),
  );
  return ({ name }) => known.get(name) ?? { artifact: name, fields: [] };
}

type Spot = Pick<Token, 'line' | 'start'>;

function* checkProse(
  subject: Subject,
  phase: Phase,
  { file, line, text }: Prose,
  { names, fields }: { readonly names: NameIndex; readonly fields: (type: ArtifactType) => FieldSet },
): Iterable<Report<Id>> {
  const { map, env } = subject;
  const read = tokenize(text);
  const place = (token: Spot) => () => ({ file, ...spotIn(read.lines, token, line) });
  const sets = [...new Set([...map.inputTypes(phase), ...map.leavingTypes(phase)])].map(fields);
  const mentions = findMentions(read.tokens, names, {
    own: (name) => isOwn(name, phase.name),
    ordinary: (word) => sets.some(({ fields }) => fields.includes(word)) || env.ops.some(({ kind }) => kind === word),
  });
  yield* mentioned(mentions, text, place);
  for (const { kind, token, end } of [...findSteers(read.tokens, mentions), ...findSteersInBlocks(text, read)]) {
    const quoted = excerpt(text, token.start, end.end);
    yield {
      rule: 'prose/steers',
      place: place(token),
      message: `"${quoted}" ${STEERS[kind].what}`,
      fix: STEERS[kind].fix(phase.name),
    };
  }
  yield* restated(read, text, sets, place);
}

/** A phase may say its own name, also where an artifact type is called the same. */
function isOwn(name: Name, phase: string): boolean {
  return name.kind !== 'skill' && name.name === phase;
}

const RULE_OF = {
  phase: 'prose/names-a-phase',
  artifact: 'prose/names-an-artifact',
  skill: 'prose/names-the-skill',
} as const satisfies Record<Name['kind'], Id>;

/** The first mention of each name, with the number of the others. */
function* mentioned(mentions: readonly Mention[], text: string, place: (token: Spot) => Placed): Iterable<Report<Id>> {
  for (const [name, all] of Map.groupBy(mentions, (mention) => mention.name)) {
    const [first] = all;
    if (first === undefined) continue;
    const more =
      all.length === 1 ? '' : all.length === 2 ? ' (and once more below)' : ` (and ${all.length - 1} more times below)`;
    const quoted = excerpt(text, first.token.start, first.end.end);
    yield {
      rule: RULE_OF[name.kind],
      place: place(first.token),
      message: `the instructions name ${WHAT[name.kind](name.name)}: "${quoted}"${more}`,
      fix: FIX[name.kind],
    };
  }
}

const WHAT: Readonly<Record<Name['kind'], (name: string) => string>> = {
  phase: (name) => `the phase "${name}"`,
  artifact: (name) => `the artifact type "${name}"`,
  skill: (name) => `their own skill "${name}"`,
};

const FIX: Readonly<Record<Name['kind'], string>> = {
  phase:
    'Say what this work must be like, and leave the way to the graph: an edge in `graph` of skill.md, with a `description` the model sees and `when` for its condition.',
  artifact: 'Say what the thing is in plain words; the OS shows the schema of each candidate.',
  skill: 'Say what is to be done without the name of the skill.',
};

const STEERS: Readonly<Record<SteerKind, { readonly what: string; fix(phase: string): string }>> = {
  edge: {
    what: 'says where the run goes next',
    fix: () =>
      'Delete it, and add an edge in `graph` of skill.md: its `description` tells the model when to choose it, its `when` enforces it.',
  },
  loop: {
    what: 'asks for a loop in prose',
    fix: (phase) =>
      `Delete it, and make the loop an edge back in \`graph\` of skill.md, bounded by a guard such as \`when: { visits.${phase}: { maximum: 3 } }\`.`,
  },
  finish: {
    what: 'says when the run ends',
    fix: () =>
      'Delete it, and put the condition into `finish_criteria` of skill.md, or into `when` of the edge to `end`.',
  },
};

function* restated(
  read: Tokens,
  text: string,
  sets: readonly FieldSet[],
  place: (token: Spot) => Placed,
): Iterable<Report<Id>> {
  for (const list of findFieldLists(text, read, sets)) {
    yield {
      rule: 'prose/restates-fields',
      place: place(list),
      message: `the instructions list fields of "${list.artifact}" (${listed(list.fields)}), whose schema the model is shown anyway`,
      fix: `Delete the list; put what is worth saying about a field into its \`description\` in "${list.artifact}".`,
    };
  }
}

const MAX_EXCERPT = 80;

/** The prose between two offsets on one line, without control characters. */
function excerpt(text: string, start: number, end: number): string {
  const plain = text.slice(start, Math.min(end, start + 4 * MAX_EXCERPT)).replace(/[\s\p{Cc}]+/gu, ' ');
  return plain.length > MAX_EXCERPT ? `${plain.slice(0, MAX_EXCERPT)}…` : plain;
}
