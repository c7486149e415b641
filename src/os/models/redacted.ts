import type { Json } from '../json.ts';
import type { Redactor } from '../secrets/port.ts';
import type { Frame, Model } from './port.ts';

/** The digest of a frame names it in the log and is no text. */
function redactedFrame(frame: Frame, redact: Redactor): Frame {
  const { request, ...rest } = frame;
  const shown = { ...(rest as unknown as { [key: string]: Json }) };
  const seen = redact.value(shown);
  return seen === shown ? frame : ({ ...seen, request } as unknown as Frame);
}

/**
 * A model that sees no secret, whatever the frame holds, and whose text is shown without any. The frame of a run comes
 * from its log, which has none; instructions and descriptions of a skill are files, and what a model says may be
 * anything.
 */
export function redactedModel(model: Model, redact: Redactor): Model {
  return {
    ...model,
    turn: async (frame, options) => {
      const seen = model.metered ? redactedFrame(frame, redact) : frame; // what answers from a file sends it nowhere
      const { onText } = options;
      if (onText === undefined) return model.turn(seen, options);
      const shown = redact.stream();
      const show = (text: string) => {
        if (text !== '') onText(text);
      };
      try {
        return await model.turn(seen, { ...options, onText: (text) => show(shown.push(text)) });
      } finally {
        show(shown.end());
      }
    },
  };
}
