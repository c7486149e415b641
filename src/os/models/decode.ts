import { decodeJson } from './json-encoding.ts';
import type { Encoding, Frame, Reply } from './port.ts';
import { decodeTools } from './tools-encoding.ts';
import { type Decoding, refused } from './violation.ts';

/**
 * Reads a reply: what ops it asks for and what edges it chooses, in candidate ids and op kinds whatever the encoding.
 * Every reply that cannot be read is a violation; none throws. Whether what was read is allowed is for
 * `resolveDecision` and the schemas to say.
 */
export function decodeReply(reply: Reply, frame: Frame, encoding: Encoding): Decoding {
  const got = reply.text === '' ? {} : { got: reply.text };
  if (reply.finish === 'refusal') return refused('refusal', 'The model refused to answer.', got);
  if (reply.finish === 'length') {
    return refused('cut_off', 'The reply was cut off at the token limit; answer more briefly.', got);
  }
  return encoding === 'tools' ? decodeTools(reply, frame) : decodeJson(reply, frame);
}
