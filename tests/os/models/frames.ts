import type { Candidate, Frame, OpOffer } from '../../../src/os/models/port.ts';
import type { JsonSchema } from '../../../src/os/schema.ts';

const text: JsonSchema = { type: 'string' };
const closed = (properties: JsonSchema, required = Object.keys(properties)): JsonSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

export const DRAFT = closed({ title: text, points: { type: 'array', items: text }, note: text }, ['title', 'points']);
/** An artifact whose own fields are called like the envelope's. */
export const ODDLY_NAMED = closed({ type: text, data: text, control: text, reason: text });

export const CANDIDATES: readonly Candidate[] = [
  { id: 'to_review', kind: 'transition', to: 'review', type: 'draft', schema: DRAFT, description: 'Have it reviewed.' },
  { id: 'to_sort__small', kind: 'transition', to: 'sort', type: 'small', schema: closed({ n: { type: 'integer' } }) },
  { id: 'to_sort__large', kind: 'transition', to: 'sort', type: 'large', schema: closed({ n: { type: 'number' } }) },
  { id: 'to_name', kind: 'transition', to: 'name', type: 'named', schema: ODDLY_NAMED },
  { id: 'finish', kind: 'finish', type: 'summary', schema: closed({ text }) },
  { id: 'abort', kind: 'abort' },
];

export const OPS: readonly OpOffer[] = [
  { kind: 'read_file', summary: 'Reads a file.', input: closed({ path: text }) },
  { kind: 'write_file', summary: 'Writes a file.', input: closed({ path: text, text }) },
];

/** A frame of the phase `draft` with every kind of edge, and ops. */
export function frame(changes: Partial<Frame> = {}): Frame {
  return {
    phase: 'draft',
    visit: 1,
    turn: 1,
    attempt: 1,
    modelClass: 'standard',
    system: [
      { name: 'Role', text: 'You write.' },
      { name: 'Instructions', text: 'Write a draft.' },
    ],
    user: [{ name: 'Input', text: '{"text":"bees"}' }],
    candidates: CANDIDATES,
    ops: OPS,
    input: { type: 'user_message', artifact: { text: 'bees', size: 3, tags: ['a', 'b'] } },
    results: [],
    request: 'digest-1',
    ...changes,
  };
}
