import fs from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { expect } from 'vitest';
import { UserError } from '../../src/os/errors.ts';
import type { PendingIntervention } from '../../src/os/runs/outcome.ts';
import type { Reyn } from '../../src/reyn.ts';
import { type Serving, serve } from '../../src/server/serve.ts';
import { raw } from '../server/serving.ts';
import type { Row } from './cases.ts';
import type { Lab } from './lab.ts';
import { argsOf, sendOp } from './ops.ts';
import { type Outcome, refusalOf } from './outcome.ts';
import { runLab, turns } from './runs.ts';
import { attackSuite } from './suite.ts';

type Served = { readonly reyn: Reyn; readonly serving: Serving; readonly host: string; readonly port: number };

async function served(lab: Lab, headersMs = 10_000): Promise<Served> {
  const reyn = await lab.open();
  const limits = { headersMs };
  const serving = await serve({ reyn, host: '127.0.0.1', port: 0, say: () => undefined, limits });
  lab.closers.push(() => serving.close());
  const { host, port } = new URL(serving.origin);
  return { reyn, serving, host, port: Number(port) };
}

/** A question that an attacker would like to answer: whether a file may be written. */
async function waiting(lab: Lab, reyn: Reyn): Promise<PendingIntervention> {
  const expected = { ...lab.row.expected, verdict: 'ask' };
  const asking = { ...lab, row: { ...lab.row, expected } };
  await sendOp(asking, reyn, 'write_file', argsOf('write_file', { path: 'out/x', content: lab.canary }));
  const [question] = reyn.inbox();
  if (question === undefined) throw new Error('nothing waits');
  return question;
}

const BY_STATUS: Readonly<Record<number, string>> = {
  408: 'timeout',
  413: 'limit',
  303: 'redirect',
  200: 'ok',
  202: 'ok',
};

/** The paths of a row, as Reyn's server has them. */
function pathOf(given: string, question: PendingIntervention, token: string): string {
  return given
    .replace('/api/approve', `/v1/inbox/${question.id}`)
    .replace('/api/x', `/v1/inbox/${question.id}`)
    .replace('/api/runs', '/v1/runs')
    .replace('token=T', `token=${token}`);
}

type Input = {
  readonly method: string;
  readonly path: string;
  readonly origin?: string;
  readonly no_origin?: boolean;
  readonly cookie?: boolean;
  readonly upgrade?: boolean;
  readonly body_mib?: number;
  readonly slow?: boolean;
};

/** Sends the request of a row with everything that is right about it, and what is wrong. */
async function request(lab: Lab): Promise<Outcome> {
  const input = lab.row.input as unknown as Input;
  const { reyn, serving, host, port } = await served(lab, input.slow === true ? 500 : undefined);
  const question = await waiting(lab, reyn);
  const given = pathOf(input.path, question, serving.token);
  const body = input.method === 'POST' ? JSON.stringify({ answer: 'allow', digest: question.digest }) : '';
  const entered = await fetch(serving.url, { redirect: 'manual' });
  const cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const carried = input.cookie === true ? `Cookie: ${cookie}` : `Authorization: Bearer ${serving.token}`;
  const origin = input.origin ?? (input.no_origin === true ? undefined : `http://${host}`);
  const bytes = input.body_mib === undefined ? Buffer.byteLength(body) : input.body_mib * 1024 ** 2;
  const lines = [
    `${input.method} ${given} HTTP/1.1`,
    `Host: ${host}`,
    ...(given.includes('token=') ? [] : [carried]),
    ...(origin === undefined ? [] : [`Origin: ${origin}`]),
    ...(bytes === 0 ? [] : ['Content-Type: application/json', `Content-Length: ${bytes}`]),
    ...(input.upgrade === true ? ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'] : []),
  ];
  const answer = input.slow === true ? await slowly(port, lines) : await raw(port, lines, body);
  const said = `${answer.head}\n${answer.body}`;
  const told = [question.id, lab.canary, 'root:x:0', 'outside'].some((text) => answer.body.includes(text));
  const left = reyn.inbox().some(({ id }) => id === question.id);
  return {
    verdicts: [BY_STATUS[answer.status] ?? 'deny'],
    said: said.replaceAll(lab.canary, ''),
    prompt: '',
    facts: {
      'data returned': told || (answer.status === 303 && said.includes(serving.token)),
      'state changed': !left || fs.existsSync(path.join(lab.ws, 'out/x')),
    },
  };
}

/** Sends the first line and a part of the second, and no more. */
function slowly(port: number, [first = '', second = '']: readonly string[]) {
  return new Promise<{ status: number; head: string; body: string }>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let head = '';
    socket.on('data', (chunk: Buffer) => {
      head += chunk.toString('latin1');
    });
    socket.on('error', reject);
    socket.on('close', () => resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 408), head, body: '' }));
    socket.write(`${first}\r\n${second.slice(0, 5)}`);
  });
}

/** Shows the text of a row on every page and in every answer that has it. */
async function render(lab: Lab): Promise<Outcome> {
  const text = String(lab.row.input.event_text);
  await runLab(lab, turns([{ kind: 'ask_user', args: { question: text, choices: [text, 'no'] } }]));
  const { serving } = await served(lab);
  const headers = { Authorization: `Bearer ${serving.token}` };
  const pages = await Promise.all(
    ['/dashboard/inbox', '/dashboard/runs'].map((page) => fetch(serving.origin + page, { headers })),
  );
  expect(pages.map(({ status }) => status)).toEqual([200, 200]);
  const texts = await Promise.all(pages.map((page) => page.text()));
  const inbox = texts[0] ?? '';
  expect(inbox, 'the text is on the page').toContain(
    text.slice(-8).replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  );
  const marks = /<(?:script|img|iframe|svg|object|embed|link)\b[^>]*>/gi;
  const foreign = texts
    .flatMap((page) => page.match(marks) ?? [])
    .filter((mark) => !/(?:src|href)="\/assets\//.test(mark));
  const api = await fetch(`${serving.origin}/v1/inbox`, { headers });
  const csp = pages.map((page) => page.headers.get('content-security-policy') ?? '');
  const strict = csp.every((policy) =>
    ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"].every((part) => policy.includes(part)),
  );
  const typed =
    /^application\/json/.test(api.headers.get('content-type') ?? '') &&
    api.headers.get('x-content-type-options') === 'nosniff';
  return {
    verdicts: [inbox.includes(text) && /[<>]/.test(text) ? 'raw' : 'escaped'],
    said: inbox,
    prompt: '',
    facts: {
      'script run': foreign.length > 0 || !typed,
      'remote request': /(?:src|href|action|srcset)="?(?:https?:)?\/\//i.test(inbox),
      'CSP default-src none; script-src self; frame-ancestors none': strict,
    },
  };
}

const asking = (row: Row): Row => ({
  ...row,
  setup: [
    ...row.setup,
    { do: 'grant', ask: ['fs_write'] },
    { do: 'file', path: '$OUT/secret.txt', text: 'outside' },
    { do: 'symlink', path: '$WS/files/l.txt', target: '$OUT/secret.txt' },
    { do: 'symlink', path: '$WS/l.txt', target: '$OUT/secret.txt' },
  ],
});

attackSuite('dash', {
  http: { adjust: asking, play: request },
  render,
  DB24: async (lab) => {
    const reyn = await lab.open();
    const hosts = [String(lab.row.input.bind), '::', '', '0', 'localhost.evil.test', '127.0.0.1.evil.test'];
    const refusals = await Promise.all(
      hosts.map(async (host) => {
        try {
          const serving = await serve({ reyn, host, port: 0, say: () => undefined });
          await serving.close();
          return undefined;
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          return refusalOf(error);
        }
      }),
    );
    const [first] = refusals;
    const listening = refusals.includes(undefined);
    const facts = { 'listening on all interfaces without auth': listening };
    return { ...(first ?? { verdicts: ['ok'], said: '', prompt: '' }), facts };
  },
});
