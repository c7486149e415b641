import { connect } from 'node:net';
import { type ServeOptions, type Serving, serve } from '../../src/server/serve.ts';
import { inProject, type ProjectSpec, phase, phases, type Rule, type TestProject } from '../project.ts';

export type Scene = {
  readonly project: TestProject;
  readonly serving: Serving;
  readonly port: number;
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  /** What the server said of trouble inside. */
  readonly said: readonly string[];
  /** Codes of the requests that were refused, as the log has them. */
  refused(): readonly string[];
  /** The cookie a browser has after it opened the printed address. */
  cookie(): Promise<string>;
};

/** A project that is served for `body`. */
export function withServer(
  spec: ProjectSpec,
  body: (scene: Scene) => Promise<void>,
  options: Partial<ServeOptions> = {},
): Promise<void> {
  return inProject(spec, async (project) => {
    const said: string[] = [];
    const serving = await serve({
      reyn: project.reyn,
      host: '127.0.0.1',
      port: 0,
      say: (text) => said.push(text),
      ...options,
    });
    const { host, port } = new URL(serving.origin);
    const cookie = async () => {
      const entered = await fetch(serving.url, { redirect: 'manual' });
      return (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    };
    const refused = () =>
      project.reyn.events
        .query({ type: 'request_refused' })
        .map((event) => (event.type === 'request_refused' ? event.data.code : ''));
    try {
      await body({ project, serving, host, port: Number(port), said, refused, cookie });
    } finally {
      await serving.close();
    }
  });
}

export type Answer = { readonly status: number; readonly head: string; readonly body: string };

/** Sends the lines of a request as they are, and reads until the server closes. */
export function raw(port: number, lines: readonly string[], body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let got = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      got += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => {
      const [head = '', ...rest] = got.split('\r\n\r\n');
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0), head, body: rest.join('\r\n\r\n') });
    });
    socket.write(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`);
  });
}

/** A skill that asks a question in words or with choices, then ends. */
export function asks(question: string, choices?: readonly string[]): ProjectSpec {
  const rules: Rule[] = [
    {
      match: { turn: 1 },
      turn: { ops: [{ kind: 'ask_user', args: { question, ...(choices === undefined ? {} : { choices }) } }] },
    },
    { turn: { finish: { text: 'done' } } },
  ];
  const md = phases('asks', NOTE, phase('asks', 'input: user_message', 'allowed_ops: [ask_user]'));
  return { skills: { asks: { md, rules } } };
}

/** A skill that wants to write a file, and must be allowed to. */
export function writes(path: string, content: string): ProjectSpec {
  const rules: Rule[] = [
    { match: { turn: 1 }, turn: { ops: [{ kind: 'write_file', args: { path, content } }] } },
    { turn: { finish: { text: 'done' } } },
  ];
  const front = [...NOTE, 'permissions: { file: { write: ["out/**"] } }'];
  const md = phases('writes', front, phase('writes', 'input: user_message', 'allowed_ops: [write_file]'));
  return { skills: { writes: { md, rules } } };
}

const NOTE = ['artifacts: { note: { text: string } }', 'final_output: note'];
