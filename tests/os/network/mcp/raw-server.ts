import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/**
 * A server of MCP without any library, so that it can do what no library lets it: what a test wants stands in the plan.
 * Run as a program, the plan is its first argument and it speaks over standard input and output.
 */
export type Plan = {
  readonly tools?: readonly object[];
  /** Tools from the second time on that they are listed. */
  readonly laterTools?: readonly object[];
  /** Every page of tools names a next one. */
  readonly endlessPages?: boolean;
  /** Result of every call; without it, a text of the arguments. */
  readonly result?: object;
  /** Bytes of text a call gives back, in one line. */
  readonly resultBytes?: number;
  /** Method it never answers. */
  readonly hang?: string;
  /** Written as it is when it starts. */
  readonly raw?: string;
  /** Written as it is instead of the answer to a call; ID stands for the id that was asked. */
  readonly rawAnswer?: string;
  /** Method of a request it makes of the client during a call; the result is what came back. */
  readonly asks?: string;
  /** Does something during a call: ends; pours out notifications or requests; stops reading. */
  readonly does?: 'exit' | 'pour-notifications' | 'pour-requests';
  readonly stderr?: string;
  /** A child that outlives it if nobody kills it; its process id is the result of a call. */
  readonly child?: 'plain' | 'detached';
  /** Ignores being asked to end. */
  readonly stubborn?: boolean;
  readonly protocolVersion?: string;
};

type Message = {
  id?: number | string;
  method?: string;
  params?: { name?: string; arguments?: object };
  result?: unknown;
  error?: unknown;
};

/** A server of its own memory: takes a message and says what it has to say to it, `undefined` being nothing at all. */
export function rawServer(plan: Plan, say: (text: string) => void): (message: Message) => void {
  let listed = 0;
  let asking: number | string | undefined;
  const answer = (id: Message['id'], result: unknown) => say(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
  const text = (words: string) => ({ content: [{ type: 'text', text: words }] });

  const call = (message: Message) => {
    if (plan.rawAnswer !== undefined) return say(plan.rawAnswer.replaceAll('ID', String(message.id)));
    if (plan.asks !== undefined) {
      asking = message.id;
      return say(`${JSON.stringify({ jsonrpc: '2.0', id: 'from-server', method: plan.asks, params: {} })}\n`);
    }
    if (plan.resultBytes !== undefined) return answer(message.id, text('x'.repeat(plan.resultBytes)));
    if (plan.does === 'exit') process.exit(3);
    if (plan.does === 'pour-notifications' || plan.does === 'pour-requests') return pour(say, plan.does);
    if (plan.child !== undefined) {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
        stdio: 'inherit',
        detached: plan.child === 'detached',
      });
      return answer(message.id, text(String(child.pid)));
    }
    if (message.params?.name === 'env') return answer(message.id, text(JSON.stringify(process.env)));
    answer(message.id, plan.result ?? text(JSON.stringify(message.params?.arguments)));
  };

  return (message) => {
    if (message.id === 'from-server') return answer(asking, text(JSON.stringify(message.error ?? message.result)));
    if (message.method === plan.hang) return;
    switch (message.method) {
      case 'initialize':
        return answer(message.id, {
          protocolVersion: plan.protocolVersion ?? '2025-06-18',
          capabilities: { tools: {} },
          serverInfo: { name: 'raw', version: '1' },
        });
      case 'tools/list': {
        const tools = listed++ > 0 && plan.laterTools !== undefined ? plan.laterTools : plan.tools;
        const page = (tools ?? [{ name: 'add' }]).map((tool) => ({ inputSchema: { type: 'object' }, ...tool }));
        return answer(message.id, {
          tools: plan.endlessPages ? [] : page,
          ...(plan.endlessPages ? { nextCursor: 'more' } : {}),
        });
      }
      case 'tools/call':
        return call(message);
    }
  };
}

function pour(say: (text: string) => void, what: 'pour-notifications' | 'pour-requests'): void {
  let id = 0;
  const more = () => {
    for (let n = 0; n < 200; n++) {
      const rest =
        what === 'pour-requests'
          ? { id: `s${id++}`, method: 'roots/list' }
          : { method: 'notifications/message', params: { level: 'info', data: 'x'.repeat(500) } };
      say(`${JSON.stringify({ jsonrpc: '2.0', ...rest })}\n`);
    }
    setImmediate(more);
  };
  more();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const plan = JSON.parse(process.argv[2] ?? '{}') as Plan;
  if (plan.stubborn) process.on('SIGTERM', () => undefined);
  if (plan.stderr !== undefined) process.stderr.write(plan.stderr);
  if (plan.raw !== undefined) process.stdout.write(plan.raw);
  const take = rawServer(plan, (text) => process.stdout.write(text));
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => take(JSON.parse(line) as Message));
  if (plan.stubborn) setInterval(() => undefined, 1000);
}
