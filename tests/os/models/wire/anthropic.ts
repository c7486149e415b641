import { argsText, openStream, pieces, type Scene, type StreamEvent, type Wire } from './server.ts';

type Body = {
  readonly system: readonly { text: string }[];
  readonly messages: readonly { role: string; content: readonly { text: string }[] }[];
  readonly tools?: readonly { name: string; description: string; input_schema: object; strict?: boolean }[];
  readonly tool_choice?: { type: string };
  readonly max_tokens: number;
};

type Send = (event: StreamEvent) => void;

/** Anthropic's messages: named events, a block started, filled and stopped. */
function stream(write: (send: Send) => void, ends = true): Scene {
  return (response) => {
    const emit = openStream(response);
    const send: Send = (event) => emit(event, event.type);
    const usage = { input_tokens: 20, cache_read_input_tokens: 100, cache_creation_input_tokens: 0, output_tokens: 1 };
    const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [], usage };
    send({ type: 'message_start', message });
    write(send);
    if (ends) response.end();
  };
}

function text(send: Send, said: string): void {
  send({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });
  for (const piece of pieces(said)) {
    send({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: piece } });
  }
}

function end(send: Send, reason: string): void {
  send({ type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: 30 } });
  send({ type: 'message_stop' });
}

export const anthropic: Wire = {
  provider: 'anthropic',
  prefix: '/v1',
  answers: ({ text: said = '', calls = [], cutOff = false }) =>
    stream((send) => {
      const first = said === '' ? 0 : 1;
      if (first === 1) {
        text(send, said);
        send({ type: 'content_block_stop', index: 0 });
      }
      calls.forEach(([name, args], i) => {
        const index = first + i;
        const block = { type: 'tool_use', id: `toolu_${i}`, name, input: {} };
        send({ type: 'content_block_start', index, content_block: block });
        for (const piece of pieces(argsText(args))) {
          send({ type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json: piece } });
        }
        send({ type: 'content_block_stop', index });
      });
      end(send, cutOff ? 'max_tokens' : calls.length > 0 ? 'tool_use' : 'end_turn');
    }),
  refuses: () =>
    stream((send) => {
      text(send, 'No.');
      send({ type: 'content_block_stop', index: 0 });
      end(send, 'refusal');
    }),
  stalls: stream((send) => text(send, 'so'), false),
  trailsOff: (said) => stream((send) => text(send, said)),
  failsMidway: (message) =>
    stream((send) => {
      text(send, 'so far');
      send({ type: 'error', error: { type: 'overloaded_error', message } });
    }),
  error: (message) => ({ type: 'error', error: { type: 'invalid_request_error', message }, request_id: 'req_1' }),
  read: ({ body, headers }) => {
    const { system, messages, tools = [], tool_choice, max_tokens } = body as Body;
    const key = headers['x-api-key'];
    return {
      system: system[0]?.text ?? '',
      user: messages[0]?.content[0]?.text ?? '',
      tools: tools.map(({ name, description, input_schema, strict }) => ({
        name,
        description,
        schema: input_schema,
        strict,
      })),
      forced: tool_choice?.type === 'any',
      limit: max_tokens,
      key: Array.isArray(key) ? key[0] : key,
    };
  },
};
