import type { WireBody } from '../wire-server.ts';
import * as chat from '../wire-server.ts';
import { bearer, type Scene, type Wire } from './server.ts';

/** OpenAI's chat completions, as Ollama, llama.cpp, vLLM and gateways speak them. */
export const openAiCompatible: Wire = {
  provider: 'openai-compatible',
  prefix: '/v1',
  answers: ({ text = '', calls = [], cutOff = false }) =>
    (calls.length > 0
      ? chat.calls(...calls.map(([name, args]): [string, unknown] => [name, args]))
      : chat.says(text, { finish: cutOff ? 'length' : 'stop' })) as Scene,
  refuses: () => chat.refuses('No.') as Scene,
  stalls: chat.stalls as Scene,
  trailsOff: (text) => chat.trailsOff(text) as Scene,
  failsMidway: (message) => chat.failsMidway({ message }) as Scene,
  error: (message) => ({ error: { message, type: 'invalid_request_error' } }),
  read: ({ body, headers }) => {
    const { messages, tools = [], tool_choice, max_tokens } = body as WireBody;
    return {
      system: messages[0]?.content ?? '',
      user: messages[1]?.content ?? '',
      tools: tools.map(({ function: { name, description, parameters, strict } }) => ({
        name,
        description,
        schema: parameters,
        strict,
      })),
      forced: tool_choice === 'required',
      limit: max_tokens,
      key: bearer(headers),
    };
  },
};
