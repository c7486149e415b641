import { argsText, bearer, openStream, pieces, type Scene, type StreamEvent, type Wire } from './server.ts';

type Body = {
  readonly input: readonly { role: string; content: string | readonly { type: string; text: string }[] }[];
  readonly tools?: readonly { name: string; description: string; parameters: object; strict?: boolean }[];
  readonly tool_choice?: string;
  readonly max_output_tokens?: number;
};

const USAGE = {
  input_tokens: 120,
  input_tokens_details: { cached_tokens: 100 },
  output_tokens: 30,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 150,
};
const RESPONSE = { id: 'resp_1', object: 'response', created_at: 1, model: 'm' };

/** OpenAI's Responses: typed events, each output item added, filled and done. */
function stream(write: (send: (event: StreamEvent) => void) => void, ends = true): Scene {
  return (response) => {
    const emit = openStream(response);
    let number = 0;
    const send = (event: StreamEvent) => emit({ ...event, sequence_number: number++ }, event.type);
    send({ type: 'response.created', response: { ...RESPONSE, status: 'in_progress' } });
    write(send);
    if (ends) response.end();
  };
}

function message(send: (event: StreamEvent) => void, text: string): void {
  const at = { output_index: 0, item_id: 'msg_1', content_index: 0 };
  const item = { type: 'message', id: 'msg_1', role: 'assistant', content: [] };
  send({ type: 'response.output_item.added', output_index: 0, item });
  for (const delta of pieces(text)) send({ type: 'response.output_text.delta', ...at, delta });
}

export const openai: Wire = {
  provider: 'openai',
  prefix: '/v1',
  answers: ({ text = '', calls = [], cutOff = false }) =>
    stream((send) => {
      if (text !== '' || calls.length === 0) {
        message(send, text);
        const content = [{ type: 'output_text', text, annotations: [] }];
        send({
          type: 'response.output_item.done',
          output_index: 0,
          item: { type: 'message', id: 'msg_1', role: 'assistant', content },
        });
      }
      calls.forEach(([name, args], i) => {
        const item = { type: 'function_call', id: `fc_${i}`, call_id: `call_${i}`, name };
        send({ type: 'response.output_item.added', output_index: i + 1, item: { ...item, arguments: '' } });
        for (const delta of pieces(argsText(args))) {
          send({ type: 'response.function_call_arguments.delta', item_id: item.id, output_index: i + 1, delta });
        }
        const done = { ...item, arguments: argsText(args), status: 'completed' };
        send({ type: 'response.output_item.done', output_index: i + 1, item: done });
      });
      const details = cutOff ? { incomplete_details: { reason: 'max_output_tokens' } } : {};
      const type = cutOff ? 'response.incomplete' : 'response.completed';
      send({ type, response: { ...RESPONSE, ...details, usage: USAGE } });
    }),
  refuses: () =>
    stream((send) => {
      const at = { output_index: 0, item_id: 'msg_1', content_index: 0 };
      const item = { type: 'message', id: 'msg_1', role: 'assistant', content: [] };
      send({ type: 'response.output_item.added', output_index: 0, item });
      send({ type: 'response.refusal.delta', ...at, delta: 'No.' });
      send({ type: 'response.refusal.done', ...at, refusal: 'No.' });
      const content = [{ type: 'refusal', refusal: 'No.' }];
      send({ type: 'response.output_item.done', output_index: 0, item: { ...item, content } });
      send({ type: 'response.completed', response: { ...RESPONSE, usage: USAGE } });
    }),
  stalls: stream((send) => message(send, 'so'), false),
  trailsOff: (text) => stream((send) => message(send, text)),
  failsMidway: (said) =>
    stream((send) => {
      message(send, 'so far');
      const error = { code: 'server_error', message: said };
      send({ type: 'response.failed', response: { ...RESPONSE, status: 'failed', error } });
    }),
  error: (said) => ({ error: { message: said, type: 'invalid_request_error', param: null, code: null } }),
  read: ({ body, headers }) => {
    const { input, tools = [], tool_choice, max_output_tokens } = body as Body;
    const textOf = (content: Body['input'][number]['content'] | undefined) =>
      typeof content === 'string' ? content : (content?.[0]?.text ?? '');
    return {
      system: textOf(input[0]?.content),
      user: textOf(input[1]?.content),
      tools: tools.map(({ name, description, parameters, strict }) => ({
        name,
        description,
        schema: parameters,
        strict,
      })),
      forced: tool_choice === 'required',
      limit: max_output_tokens,
      key: bearer(headers),
    };
  },
};
