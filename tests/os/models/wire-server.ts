import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A chat completions server over real HTTP. It answers each request with the next of its scenes, the last one for ever. */
export type WireServer = {
  readonly baseUrl: string;
  readonly requests: readonly WireRequestSeen[];
  close(): Promise<void>;
};

export type WireRequestSeen = { readonly headers: IncomingHttpHeaders; readonly path: string; readonly body: WireBody };

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
export type Scene = (response: ServerResponse, request: WireRequestSeen) => void | Promise<void>;

export async function startWireServer(...scenes: readonly [Scene, ...Scene[]]): Promise<WireServer> {
  const requests: WireRequestSeen[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const seen = { headers: request.headers, path: request.url ?? '', body: JSON.parse(text) as WireBody };
    const scene = scenes[Math.min(requests.length, scenes.length - 1)] as Scene;
    requests.push(seen);
    await scene(response, seen);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The text in many short pieces, a long one in at most a thousand. */
function pieces(text: string): string[] {
  const size = Math.max(7, Math.ceil(text.length / 1000));
  return Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size));
}

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

/** An HTTP error. */
export function fails(status: number, body: unknown, headers: Record<string, string> = {}): Scene {
  return (response) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, {
      'content-type': typeof body === 'string' ? 'text/plain' : 'application/json',
      ...headers,
    });
    response.end(text);
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

/** Never answers. */
export const hangs: Scene = () => undefined;

/** Begins to answer and never ends. */
export const stalls: Scene = (response) => {
  open(response);
  delta(response, { role: 'assistant', content: 'so' });
};

/** Takes the connection and drops it. */
export const drops: Scene = (response) => {
  response.destroy();
};
