import type { JsonSchema } from '../schema.ts';
import type { Candidate, Frame, Section } from './port.ts';

/** A frame as it goes to a provider: one system text, one user text, and tools where the encoding has them. */
export type WireRequest = {
  readonly system: string;
  readonly user: string;
  readonly tools: readonly WireTool[];
};

export type WireTool = {
  /** Name on the wire: letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  /** Candidate id or op kind it stands for. */
  readonly id: string;
  readonly description: string;
  readonly parameters: JsonSchema;
  /** Whether `parameters` keeps to the strict subset, so that the provider may hold the model to it. */
  readonly strict: boolean;
  /** Arguments as they came back, in the form of the original schema. */
  undo(args: unknown): unknown;
};

/** Sections as headed blocks, in order. */
export function showSections(sections: readonly Section[]): string {
  return sections.map(({ name, text }) => `# ${name}\n${text}`).join('\n\n');
}

/** Candidates without those whose id is already there: two edges to one phase are one choice. */
export function distinct(candidates: Frame['candidates']): readonly Candidate[] {
  const seen = new Set<string>();
  return candidates.filter(({ id }) => !seen.has(id) && seen.add(id));
}

/** What choosing an edge means, as one sentence and its description. */
export function describeEdge({ kind, to, type, description }: Candidate): string {
  const meaning = {
    transition: `Leave this phase for "${to}" with an artifact of type ${type}.`,
    finish: `End the work; the artifact of type ${type} is its result.`,
    abort: 'Give up without a result.',
  }[kind];
  return description === undefined ? meaning : `${meaning} ${description}`;
}
