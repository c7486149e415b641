import type { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { isObject } from '../json.ts';
import type { Reply, Turn, Usage } from './port.ts';
import { readTolerantJson } from './read-json.ts';
import type { WireRequest } from './wire-request.ts';

/** A model of the AI SDK's provider interface: one call, one stream of parts, arguments as the text that came. */
export type StreamingModel = ReturnType<ReturnType<typeof createOpenAICompatible>['chatModel']>;
type CallOptions = Parameters<StreamingModel['doStream']>[0];
type Part = Awaited<ReturnType<StreamingModel['doStream']>>['stream'] extends ReadableStream<infer P> ? P : never;
type Finish = Extract<Part, { type: 'finish' }>;

/** Characters one answer may have; a server that sends more is not answering. */
const MAX_CHARACTERS = 8_000_000;

/** A stream that ended without an end, sent an error, or would not stop. `status` is the provider's code where it gave one. */
export class BrokenStream extends Error {
  override readonly name = 'BrokenStream';
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

export type StreamOptions = {
  readonly signal: AbortSignal;
  readonly maxOutputTokens: number;
  readonly onText: ((text: string) => void) | undefined;
  /** Of the model's random choices. */
  readonly seed?: number;
  /** What is said of a tool whose schema is strict or not; `undefined` says nothing. */
  readonly strict: (strict: boolean) => boolean | undefined;
  /** What the provider's library takes besides, by its name. */
  readonly providerOptions?: NonNullable<CallOptions['providerOptions']>;
};

/**
 * One call to a streaming model.
 * @throws what the SDK throws for the request; BrokenStream for the answer.
 */
export async function streamReply(model: StreamingModel, request: WireRequest, options: StreamOptions): Promise<Turn> {
  const { stream } = await model.doStream(callOptions(request, options));
  const calls: { name: string; input: string }[] = [];
  let text = '';
  let characters = 0;
  let finish: Finish | undefined;
  for await (const part of stream) {
    if (part.type === 'text-delta') {
      text += part.delta;
      options.onText?.(part.delta);
    } else if (part.type === 'tool-call') calls.push({ name: part.toolName, input: part.input });
    else if (part.type === 'finish') finish = part;
    else if (part.type === 'error') throw brokenBy(part.error);
    if ('delta' in part) characters += part.delta.length;
    if (characters > MAX_CHARACTERS) throw new BrokenStream('sent more than an answer may have', 413);
  }
  if (finish === undefined || finish.finishReason.unified === 'interrupted')
    throw new BrokenStream('ended the answer early');
  return { reply: replyOf(request, text, calls, finish), usage: usageOf(finish.usage) };
}

function callOptions({ system, user, tools }: WireRequest, options: StreamOptions): CallOptions {
  const { signal, maxOutputTokens, providerOptions, seed } = options;
  return {
    prompt: [
      { role: 'system', content: system },
      { role: 'user', content: [{ type: 'text', text: user }] },
    ],
    maxOutputTokens,
    abortSignal: signal,
    ...(seed === undefined ? {} : { seed }),
    ...(providerOptions === undefined ? {} : { providerOptions }),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters, strict }) => {
            const said = options.strict(strict);
            const tool = { type: 'function' as const, name, description, inputSchema: parameters as object };
            return said === undefined ? tool : { ...tool, strict: said };
          }),
          toolChoice: { type: 'required' as const },
        }),
  };
}

function replyOf(
  request: WireRequest,
  text: string,
  calls: readonly { name: string; input: string }[],
  finish: Finish,
): Reply {
  const tools = new Map(request.tools.map((tool) => [tool.name, tool]));
  return {
    calls: calls.map(({ name, input }) => {
      const tool = tools.get(name);
      const read = readTolerantJson(input);
      const args = read.ok ? (tool?.undo(read.value) ?? read.value) : input;
      return { name: tool?.id ?? name, args };
    }),
    text,
    finish: FINISHES[finish.finishReason.unified] ?? 'other',
  };
}

const FINISHES: Partial<Record<Finish['finishReason']['unified'], Reply['finish']>> = {
  stop: 'stop',
  'tool-calls': 'tools',
  length: 'length',
  'content-filter': 'refusal',
};

function usageOf({ inputTokens, outputTokens }: Finish['usage']): Usage {
  const cached = counted(inputTokens.cacheRead);
  const usage = { input: counted(inputTokens.total), output: counted(outputTokens.total) };
  return cached === 0 ? usage : { ...usage, cached: Math.min(cached, usage.input) };
}

/** Some servers send nonsense counts; a log takes whole numbers from 0. */
function counted(tokens: number | undefined): number {
  return tokens !== undefined && Number.isFinite(tokens) && tokens > 0 ? Math.round(tokens) : 0;
}

/** An error within the stream: an object as the provider sent it, or what the SDK made of a broken chunk. */
function brokenBy(error: unknown): BrokenStream {
  const outer: Record<string, unknown> = isObject(error) ? error : {};
  const fields = isObject(outer.error) ? outer.error : outer;
  const { message, code, statusCode } = fields;
  const status = Number(statusCode ?? code);
  return new BrokenStream(
    typeof message === 'string' ? message : 'sent an error within the answer',
    status >= 400 && status < 600 ? status : undefined,
  );
}
