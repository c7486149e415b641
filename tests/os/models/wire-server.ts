import type { ServerResponse } from 'node:http';
import * as server from './wire/server.ts';
import { pieces, type Seen, startServer } from './wire/server.ts';

/** A chat completions server over real HTTP. It answers each request with the next of its scenes, the last one for ever. */
export type WireServer = {
  readonly baseUrl: string;
  readonly requests: readonly WireRequestSeen[];
  close(): Promise<void>;
};

export type WireRequestSeen = Seen<WireBody>;

export type WireBody = {
  readonly model: string;
  readonly stream: boolean;
  readonly stream_options?: { include_usage: boolean };
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly messages: readonly { role: string; content: string }[];
  readonly tools?: readonly {
    type: string;
    function: { name: string; description: string; parameters: object; strict?: boolean };
  }[];
  readonly tool_choice?: string;
};

/** What the server does with one request. */
export type Scene = server.Scene<WireBody>;

export const { drops, fails, hangs } = server;

export const startWireServer = (...scenes: readonly [Scene, ...Scene[]]): Promise<WireServer> =>
  startServer('/v1', scenes);

type Delta = Record<string, unknown>;

function open(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
}

function send(response: ServerResponse, value: unknown): void {
  response.write(`data: ${JSON.stringify(value)}\n\n`);
}

function delta(response: ServerResponse, change: Delta, finish: string | null = null): void {
  send(response, {
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: change, finish_reason: finish }],
  });
}

const USAGE = {
  prompt_tokens: 120,
  completion_tokens: 30,
  total_tokens: 150,
  prompt_tokens_details: { cached_tokens: 100 },
};

function end(response: ServerResponse, finish: string, usage: object | null = USAGE): void {
  delta(response, {}, finish);
  if (usage !== null) send(response, { id: 'c1', choices: [], usage });
  response.end('data: [DONE]\n\n');
}

/** Text in pieces. */
export function says(text: string, options: { finish?: string; usage?: object | null } = {}): Scene {
  return (response) => {
    open(response);
    delta(response, { role: 'assistant', content: '' });
    for (const piece of pieces(text)) delta(response, { content: piece });
    end(response, options.finish ?? 'stop', options.usage);
  };
}

/** Tool calls, the arguments (text, or a value as JSON) in pieces. */
export function calls(...given: readonly [name: string, args: unknown][]): Scene {
  return (response) => {
    open(response);
    delta(response, { role: 'assistant', content: null });
    given.forEach(([name, args], index) => {
      const text = typeof args === 'string' ? args : JSON.stringify(args);
      delta(response, {
        tool_calls: [{ index, id: `call_${index}`, type: 'function', function: { name, arguments: '' } }],
      });
      for (const piece of pieces(text)) {
        delta(response, { tool_calls: [{ index, function: { arguments: piece } }] });
      }
    });
    end(response, 'tool_calls');
  };
}

/** A refusal as its own field. */
export function refuses(text: string): Scene {
  return (response) => {
    open(response);
    delta(response, { role: 'assistant', refusal: text });
    end(response, 'stop');
  };
}

/** Begins to answer, then breaks the connection. */
export function cuts(text: string): Scene {
  return (response) => {
    open(response);
    delta(response, { role: 'assistant', content: text });
    response.write('data: {"id": "c1", "choi');
    setTimeout(() => response.destroy(), 5);
  };
}

/** Ends the answer in good order, but without saying that it is complete. */
export function trailsOff(text: string): Scene {
  return (response) => {
    open(response);
    delta(response, { role: 'assistant', content: text });
    response.end();
  };
}

/** An error within the stream. */
export function failsMidway(error: object): Scene {
  return (response) => {
    open(response);
    delta(response, { role: 'assistant', content: 'so far' });
    send(response, { error });
    response.end();
  };
}

/** Begins to answer and never ends. */
export const stalls: Scene = (response) => {
  open(response);
  delta(response, { role: 'assistant', content: 'so' });
};
