import { UserError } from '../errors.ts';
import type { Frame, Model, Reply, Usage } from './port.ts';

/** What was answered at one position of an earlier run, and to which request. */
export type RecordedTurn = { readonly reply: Reply; readonly usage: Usage; readonly request: string };

/** The request is not the one that was recorded at this position, or nothing was. */
export class RequestDiffers extends UserError {
  readonly frame: Frame;
  /** Digest of the request recorded here; absent when nothing was. */
  readonly expected: string | undefined;

  constructor(frame: Frame, expected: string | undefined) {
    const { phase, visit, turn, attempt } = frame;
    const place = `phase ${phase}, visit ${visit}, turn ${turn}, attempt ${attempt}`;
    super(
      'replay',
      expected === undefined
        ? `Nothing was recorded for ${place}.`
        : `The request of ${place} is not the recorded one.`,
      { where: { phase } },
    );
    this.frame = frame;
    this.expected = expected;
  }

  get actual(): string {
    return this.frame.request;
  }
}

/**
 * A model that gives recorded turns again, and only to the request they were recorded for. `next` knows the position.
 * @throws RequestDiffers from `turn`.
 */
export function recordedModel(
  pins: Pick<Model, 'name' | 'encoding' | 'metered' | 'maxOutputTokens' | 'price'>,
  next: (frame: Frame) => RecordedTurn | undefined,
): Model {
  return {
    ...pins,
    turn: async (frame, { signal, onText }) => {
      signal.throwIfAborted();
      const recorded = next(frame);
      if (recorded?.request !== frame.request) throw new RequestDiffers(frame, recorded?.request);
      if (recorded.reply.text !== '') onText?.(recorded.reply.text);
      return { reply: recorded.reply, usage: recorded.usage };
    },
  };
}

export type FrameDifference = {
  /** `system/<name>`, `user/<name>`, `candidates`, `ops`, `input`, or a position such as `visit`. */
  readonly section: string;
  /** The section's text, or JSON; the empty string where it is absent. */
  readonly before: string;
  readonly after: string;
};

const POSITION = ['phase', 'visit', 'turn', 'attempt', 'modelClass'] as const;

/** The first part in which two frames differ, in the order a model reads them; `undefined` when none does. */
export function frameDifference(before: Frame, after: Frame): FrameDifference | undefined {
  return parts(before, after).find((part) => part.before !== part.after);
}

function parts(before: Frame, after: Frame): FrameDifference[] {
  const json = (section: string, one: unknown, other: unknown) => ({
    section,
    before: JSON.stringify(one),
    after: JSON.stringify(other),
  });
  return [
    ...sections('system', before.system, after.system),
    ...sections('user', before.user, after.user),
    json('candidates', before.candidates, after.candidates),
    json('ops', before.ops, after.ops),
    ...POSITION.map((key) => json(key, before[key], after[key])),
    json('input', before.input, after.input),
  ];
}

/** Sections pair up by place as long as their names agree; from there on the first that does not is the difference. */
function sections(part: string, before: Frame['system'], after: Frame['system']): FrameDifference[] {
  return Array.from({ length: Math.max(before.length, after.length) }, (_, i) => {
    const [one, other] = [before[i], after[i]];
    if (one?.name === other?.name) {
      return { section: `${part}/${one?.name}`, before: one?.text ?? '', after: other?.text ?? '' };
    }
    // A section that only one side has is named by that side; the text says which.
    const gone = one !== undefined && !after.some(({ name }) => name === one.name);
    const name = gone ? one.name : (other ?? one)?.name;
    const text = (section: Frame['system'][number] | undefined) =>
      section === undefined || section.name !== name ? '' : section.text;
    return { section: `${part}/${name}`, before: text(one), after: text(other) };
  });
}
