import type { IncomingMessage } from 'node:http';
import { type Context, Hono } from 'hono';
import type { EventFilter, Reyn } from '../api.ts';
import { type ErrorCode, UserError } from '../os/errors.ts';
import { isObject } from '../os/json.ts';
import type { Answers } from './answers.ts';
import { readAssets } from './assets.ts';
import { readJson } from './body.ts';
import { tooLarge } from './guard.ts';
import { inboxPage, runsPage } from './pages.ts';
import type { Streams } from './stream.ts';

/** Runs a list shows unless it is told how many, and at most. */
const RUNS = { usual: 100, most: 1000 };

export type Served = {
  readonly reyn: Reyn;
  readonly answers: Answers;
  readonly streams: Streams;
  /** Bytes of a body. */
  readonly maxBody: number;
  /** Told what went wrong inside; the answer says no more than that something did. */
  readonly say: (text: string) => void;
};

type Env = { Bindings: { readonly incoming: IncomingMessage } };

/** What is where. Every request that comes here was admitted by the guard. */
export function routes(served: Served): Hono<Env> {
  const { reyn, answers, streams, maxBody, say } = served;
  const app = new Hono<Env>();

  app.get('/v1/runs', (context) => {
    const { skill, status } = context.req.query();
    const limit = limitOf(context.req.query('limit'));
    const filter = { limit, ...(skill === undefined ? {} : { skill }), ...(status === undefined ? {} : { status }) };
    return context.json({ runs: reyn.runs.list(filter) });
  });
  app.get('/v1/runs/:id', (context) => context.json(reyn.runs.show(reyn.runs.idOf(context.req.param('id')))));
  app.get('/v1/events', (context) => streams.open(context, filterOf(context, reyn)));
  app.get('/v1/inbox', (context) => context.json({ questions: reyn.inbox() }));
  app.post('/v1/inbox/:id', async (context) => {
    const body = await readJson(context.env.incoming, maxBody);
    if (!body.ok && body.fault === 'large') return fail(context, 413, 'too_large', tooLarge(maxBody).why);
    const { answer, digest, words } = body.ok && isObject(body.value) ? body.value : {};
    if (typeof answer !== 'string' || typeof digest !== 'string' || !['string', 'undefined'].includes(typeof words)) {
      return fail(context, 400, 'input', 'Send {"answer": "…", "digest": "…"}: the digest is that of the question.');
    }
    const why = typeof words === 'string' ? { words } : {};
    const given = await answers.give(context.req.param('id'), { answer, digest, ...why });
    switch (given.as) {
      case 'recorded':
        return context.json({ run: given.run }, 202);
      case 'absent':
        return fail(context, 404, 'not_found', 'No such question is open: it was answered, or never asked.');
      case 'conflict':
        return fail(context, 409, 'conflict', `${given.why} Look at the inbox again.`);
      case 'refused':
        return failed(context, given.error);
    }
  });

  app.get('/', (context) => context.redirect('/dashboard/inbox', 303));
  app.get('/dashboard/inbox', (context) => context.html(inboxPage(reyn.inbox())));
  app.get('/dashboard/runs', (context) => context.html(runsPage(reyn.runs.list({ limit: RUNS.usual }))));
  for (const [path, { type, bytes }] of readAssets()) {
    app.get(path, (context) => context.body(Buffer.from(bytes), 200, { 'Content-Type': type }));
  }

  app.notFound((context) => fail(context, 404, 'not_found', 'There is nothing at this address.'));
  app.onError((error, context) => {
    if (error instanceof UserError) return failed(context, error);
    say(`A request failed: ${error.message}`);
    return fail(context, 500, 'internal', 'Something went wrong inside; `reyn serve` said what.');
  });
  return app;
}

type Status = 400 | 403 | 404 | 409 | 413 | 500 | 503;

const STATUS: Partial<Record<ErrorCode, Status>> = {
  not_found: 404,
  usage: 400,
  input: 400,
  ambiguous: 400,
  refused: 403,
  busy: 409,
};

function failed(context: Context, { code, message, hint }: UserError): Response {
  return fail(context, STATUS[code] ?? 503, code, message, hint);
}

function fail(context: Context, status: Status, code: string, message: string, hint?: string): Response {
  return context.json({ error: { code, message, ...(hint === undefined ? {} : { hint }) } }, status);
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return RUNS.usual;
  if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= RUNS.most) return Number(text);
  throw new UserError('usage', `"limit" must be a whole number from 1 to ${RUNS.most}.`);
}

function filterOf(context: Context, reyn: Reyn): EventFilter {
  const { run, type, skill } = context.req.query();
  return {
    ...(run === undefined ? {} : { run: reyn.runs.idOf(run) }),
    ...(type === undefined ? {} : { type }),
    ...(skill === undefined ? {} : { skill }),
  };
}
