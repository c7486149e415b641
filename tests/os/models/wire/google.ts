import { openStream, pieces, type Scene, type Wire } from './server.ts';

type Parts = readonly { readonly text: string }[];
type Body = {
  readonly systemInstruction?: { parts: Parts };
  readonly contents: readonly { role: string; parts: Parts }[];
  readonly tools?: readonly {
    functionDeclarations: readonly { name: string; description: string; parametersJsonSchema: object }[];
  }[];
  readonly toolConfig?: { functionCallingConfig?: { mode: string } };
  readonly generationConfig?: { maxOutputTokens?: number };
};

const usageMetadata = {
  promptTokenCount: 120,
  cachedContentTokenCount: 100,
  candidatesTokenCount: 30,
  totalTokenCount: 150,
};

type Send = (parts: readonly object[], finishReason?: string) => void;

/** Google's streamGenerateContent: whole candidates, text in parts, a call in one. */
function stream(write: (send: Send) => void, ends = true): Scene {
  return (response) => {
    const emit = openStream(response);
    write((parts, finishReason) => {
      const end = finishReason === undefined ? {} : { finishReason };
      const candidate = { index: 0, content: { role: 'model', parts }, ...end };
      emit({ candidates: [candidate], modelVersion: 'm', ...(finishReason === undefined ? {} : { usageMetadata }) });
    });
    if (ends) response.end();
  };
}

export const google: Wire = {
  provider: 'google',
  prefix: '/v1beta',
  answers: ({ text = '', calls = [], cutOff = false }) =>
    stream((send) => {
      for (const piece of pieces(text)) send([{ text: piece }]);
      // Arguments are a value here, so text that is not one cannot be sent.
      if (calls.length > 0) send(calls.map(([name, args]) => ({ functionCall: { name, args } })));
      send([{ text: '' }], cutOff ? 'MAX_TOKENS' : 'STOP');
    }),
  refuses: () => stream((send) => send([{ text: 'No.' }], 'SAFETY')),
  stalls: stream((send) => send([{ text: 'so' }]), false),
  trailsOff: (text) => stream((send) => send([{ text }])),
  failsMidway: (message) => (response) => {
    const emit = openStream(response);
    emit({ candidates: [{ index: 0, content: { role: 'model', parts: [{ text: 'so far' }] } }] });
    emit({ error: { code: 503, message, status: 'UNAVAILABLE' } });
    response.end();
  },
  error: (message) => ({ error: { code: 400, message, status: 'INVALID_ARGUMENT' } }),
  read: ({ body, headers }) => {
    const { systemInstruction, contents, tools = [], toolConfig, generationConfig } = body as Body;
    const key = headers['x-goog-api-key'];
    return {
      system: systemInstruction?.parts[0]?.text ?? '',
      user: contents[0]?.parts[0]?.text ?? '',
      tools: tools
        .flatMap(({ functionDeclarations }) => functionDeclarations)
        .map(({ name, description, parametersJsonSchema: schema }) => ({
          name,
          description,
          schema,
          strict: undefined,
        })),
      forced: toolConfig?.functionCallingConfig?.mode === 'ANY',
      limit: generationConfig?.maxOutputTokens,
      key: Array.isArray(key) ? key[0] : key,
    };
  },
};
