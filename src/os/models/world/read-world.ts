import Type, { type Static } from 'typebox';
import { placeOf } from '../../yaml.ts';
import {
  checkTurn,
  misfit,
  KEYS as RULE_KEYS,
  RuleSchema,
  readShaped,
  rulesIn,
  type ScriptRule,
  TurnSchema,
} from '../script.ts';

const closed = { additionalProperties: false } as const;
const { Optional } = Type;
const text = (description: string) => Type.String({ minLength: 1, description });

const TopicSchema = Type.Object(
  {
    id: text('Its name.'),
    words: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      description: 'The topic is raised by an input in which one of these stands.',
    }),
    line: text('What instructions say when they tell how to deal with it.'),
    says: text('What is said of it when they are followed.'),
  },
  closed,
);

const PlaySchema = Type.Object(
  {
    phase: text('Phase it answers in.'),
    section: Optional(text('Section of the frame whose lines it goes by; Instructions if absent.')),
    input: text('Dot path of the text in the input that raises topics.'),
    topics: Type.Array(TopicSchema, { minItems: 1 }),
    contradicts: Optional(text('A line that says the contrary; names `line`.')),
    memorised: Optional(text('A line that states one case by itself; names `input`.')),
    silent: Optional(Type.String({ description: 'What is said when no topic is dealt with.' })),
    turn: TurnSchema,
  },
  closed,
);

const ProposeSchema = Type.Object(
  {
    phase: text('Phase it answers in.'),
    files: text('Dot path of a mapping of paths to texts in the input.'),
    file: Optional(text('Which of them is edited; the first if absent.')),
    records: text('Dot path of a list of failed runs in the input.'),
    input: text('Dot path of the text of its case in a record.'),
    missed: text('Dot path of a list of texts in a record: what was missed.'),
    line: Type.Object(
      {
        good: text('Line that states what was missed; names `missed`.'),
        wrong: text('Line that says the contrary; names `missed`.'),
        memorise: text('Line that states one case by itself; names `input`.'),
        filler: Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description: 'Lines that say nothing.' }),
      },
      closed,
    ),
    add: Type.Object(
      {},
      { additionalProperties: true, description: 'An edit that adds a line; names `line`, `file`, `evidence`.' },
    ),
    delete: Type.Object(
      {},
      { additionalProperties: true, description: 'An edit that takes a line away; names `line`, `file`, `evidence`.' },
    ),
    turn: TurnSchema,
  },
  closed,
);

/** Shape of a file of a world. */
export const WorldSchema = Type.Object(
  { play: Optional(PlaySchema), propose: Optional(ProposeSchema), rules: Optional(Type.Array(RuleSchema)) },
  closed,
);

/** `at` is the line of the file where it begins. */
export type Play = Static<typeof PlaySchema> & { readonly at: number };
export type Propose = Static<typeof ProposeSchema> & { readonly at: number };
export type World = {
  readonly play?: Play;
  readonly propose?: Propose;
  /** For turns that neither of them is for. */
  readonly rules: readonly ScriptRule[];
};

const KEYS = [
  ...Object.keys(WorldSchema.properties),
  ...[PlaySchema, ProposeSchema, TopicSchema].flatMap(({ properties }) => Object.keys(properties)),
  ...RULE_KEYS,
];

/** @throws UserError `config` with file, line and column: not YAML, an unknown key, a wrong value. */
export function readWorld(yaml: string, file: string): World {
  const { source, value } = readShaped(yaml, file, WorldSchema, KEYS);
  const { play, propose, rules = [] } = value as Static<typeof WorldSchema>;
  if (play === undefined && propose === undefined) {
    throw misfit(source, file, [], 'says neither what is played nor what is proposed; give `play` or `propose`');
  }
  if (play !== undefined) checkTurn(source, file, ['play', 'turn'], play.turn);
  if (propose !== undefined) checkTurn(source, file, ['propose', 'turn'], propose.turn);
  const lineOf = (key: string) => placeOf(source, [key]).line;
  return {
    ...(play === undefined ? {} : { play: { ...play, at: lineOf('play') } }),
    ...(propose === undefined ? {} : { propose: { ...propose, at: lineOf('propose') } }),
    rules: rulesIn(source, file, rules),
  };
}
