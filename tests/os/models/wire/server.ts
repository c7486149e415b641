import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Hosted } from '../../../../src/os/models/providers/list.ts';

/** A server over real HTTP. It answers each request with the next of its scenes, the last one for ever. */
export type Server<B> = {
  readonly baseUrl: string;
  readonly requests: readonly Seen<B>[];
  close(): Promise<void>;
};

export type Seen<B> = {
  readonly headers: IncomingHttpHeaders;
  readonly path: string;
  readonly body: B;
  /** Bytes of the body as they came. */
  readonly bytes: number;
};

/** What the server does with one request. */
export type Scene<B = unknown> = (response: ServerResponse, request: Seen<B>) => void | Promise<void>;

/** What a model answers: text, or calls of tools with their arguments (text, or a value as JSON). */
export type Answer = {
  readonly text?: string;
  readonly calls?: readonly (readonly [name: string, args: unknown])[];
  /** Cut off at the limit of output tokens. */
  readonly cutOff?: boolean;
};

/** A request as far as every provider's says the same. */
export type Request = {
  readonly system: string;
  readonly user: string;
  readonly tools: readonly { name: string; description: string; schema: object; strict: boolean | undefined }[];
  /** Whether one of the tools must be called. */
  readonly forced: boolean;
  readonly limit: number | undefined;
  readonly key: string | undefined;
};

/** One provider's form on the wire. Every answer counts 120 tokens in, 100 of them cached, and 30 out. */
export type Wire = {
  readonly provider: Hosted;
  /** Path of the provider's address. */
  readonly prefix: string;
  answers(answer: Answer): Scene;
  /** Ends a good answer as a refusal. */
  refuses(): Scene;
  /** Begins to answer and never ends. */
  readonly stalls: Scene;
  /** Ends the answer in good order, but without saying that it is complete. */
  trailsOff(text: string): Scene;
  /** Sends an error within the stream. */
  failsMidway(message: string): Scene;
  /** The body of an HTTP error, as the provider has it. */
  error(message: string): object;
  read(seen: Seen<unknown>): Request;
};

export async function startServer<B>(prefix: string, scenes: readonly [Scene<B>, ...Scene<B>[]]): Promise<Server<B>> {
  const requests: Seen<B>[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const bytes = Buffer.byteLength(text);
    const seen = { headers: request.headers, path: request.url ?? '', body: JSON.parse(text) as B, bytes };
    const scene = scenes[Math.min(requests.length, scenes.length - 1)] as Scene<B>;
    requests.push(seen);
    await scene(response, seen);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}${prefix}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The text in many short pieces, a long one in at most a thousand. */
export function pieces(text: string): string[] {
  const size = Math.max(7, Math.ceil(text.length / 1000));
  return Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size));
}

/** Arguments of a call as they go over the wire. */
export function argsText(args: unknown): string {
  return typeof args === 'string' ? args : JSON.stringify(args);
}

/** Opens a stream of events; what it returns sends one. With a name it is sent as the event's type too. */
export function openStream(response: ServerResponse): (value: object, name?: string) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  return (value, name) =>
    response.write(`${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(value)}\n\n`);
}

/** An event of a provider that names its kinds. */
export type StreamEvent = { readonly type: string; readonly [member: string]: unknown };

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

/** Never answers. */
export const hangs: Scene = () => undefined;

/** Takes the connection and drops it. */
export const drops: Scene = (response) => {
  response.destroy();
};

/** The key of a `Bearer` header. */
export function bearer(headers: IncomingHttpHeaders): string | undefined {
  return headers.authorization?.replace(/^Bearer /, '');
}
