import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openAiEmbeddings } from '../../../src/os/index/embeddings.ts';
import { openIndex } from '../../../src/os/index/open.ts';
import { recall } from '../../../src/os/index/recall.ts';
import { sha256 } from '../../../src/os/json.ts';
import { openRedactor } from '../../../src/os/secrets/redactor.ts';
import { inProject } from '../../project.ts';
import { freshRoot, openIn } from '../events/scene.ts';

const SECRET = 'correct-horse-41-battery';
const redact = openRedactor({ known: [{ name: 'MINE', value: SECRET }] });

type Seen = { readonly input: readonly string[]; readonly key: string | undefined };

/** Words that mean the same share a dimension; the rest of a text falls on others by its letters. */
const MEANINGS: readonly RegExp[] = [
  /\b(car|automobile|vehicle)\w*/gi,
  /\b(dog|hound|puppy)\w*/gi,
  /\b(rain|storm|wet)\w*/gi,
];

function vectorOf(text: string): number[] {
  const meant = MEANINGS.map((pattern) => text.match(pattern)?.length ?? 0);
  const rest = sha256(text);
  return [...meant, ...[0, 1, 2].map((i) => Number.parseInt(rest.slice(i * 2, i * 2 + 2), 16) / 2_560)];
}

/** A server of OpenAI's `/embeddings` over real HTTP. `fails` answers instead of vectors. */
async function vectorServer() {
  const seen: Seen[] = [];
  const state: { fails: { status: number; body: string } | undefined } = { fails: undefined };
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { input } = JSON.parse(text) as { input: string[] };
    seen.push({ input, key: request.headers.authorization });
    const { fails } = state;
    response.writeHead(fails?.status ?? 200, { 'content-type': 'application/json' });
    const data = input.map((each, index) => ({ object: 'embedding', index, embedding: vectorOf(each) }));
    response.end(
      fails?.body ?? JSON.stringify({ object: 'list', data, model: 'm', usage: { prompt_tokens: 1, total_tokens: 1 } }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, seen, state, close };
}

const TEXTS = {
  d1: 'How to repair an automobile.',
  d2: 'The hound sleeps.',
  d3: 'A storm is coming.',
  d4: 'The word car stands here.',
};

async function scene(texts: Readonly<Record<string, string>> = TEXTS) {
  const server = await vectorServer();
  const root = freshRoot();
  const store = openIn(root);
  const write = async (given: Readonly<Record<string, string>>, source = 'docs') => {
    const documents = Object.entries(given).map(([key, text]) => ({ key, text, sha256: sha256(text) }));
    await store.appendProject({ type: 'index_written', data: { source, documents } });
  };
  await write(texts);
  const index = openIndex({ root, summarize: () => null, form: '1' });
  onTestFinished(() => index.close());
  const embeddings = openAiEmbeddings(
    { base_url: server.baseUrl, model: 'm', api_key_env: 'KEY' },
    { KEY: 'k-123' },
    redact,
  );
  const search = (query: string, sources = ['docs']) =>
    recall({ index, embeddings }, { sources, query }, new AbortController().signal);
  return { ...server, write, search };
}

const keys = (found: { hits: readonly { key: string }[] }) => found.hits.map(({ key }) => key);

describe('recall with embeddings', () => {
  it('finds what means the same where no word is the same', async () => {
    const { search } = await scene();
    expect(keys(await search('puppy'))[0]).toBe('d2');
    expect(keys(await search('vehicle'))[0]).toBe('d1');
    expect(keys(await search('wet weather'))[0]).toBe('d3');
  });

  it('puts first what both words and meaning find', async () => {
    const { search } = await scene();
    const found = await search('car');
    expect(keys(found).slice(0, 2)).toEqual(['d4', 'd1']);
    expect(await search('car')).toEqual(found);
    expect(found.notes).toBeUndefined();
  });

  it('sends each text once, with the key, and events never', async () => {
    const { search, seen, write } = await scene();
    await search('puppy', ['docs', 'events']);
    await search('puppy', ['docs', 'events']);
    await write({ d1: TEXTS.d1, d5: 'A new text.' }, 'other');
    await search('puppy', ['docs', 'other']);
    const sent = seen.flatMap(({ input }) => input).filter((text) => text !== 'puppy');
    expect(sent.toSorted()).toEqual([...Object.values(TEXTS), 'A new text.'].toSorted());
    expect(new Set(seen.map(({ key }) => key))).toEqual(new Set(['Bearer k-123']));
    const before = seen.length;
    await search('puppy', ['events']);
    expect(seen).toHaveLength(before);
  });

  it('searches words alone where something must occur word for word', async () => {
    const { search, seen } = await scene();
    expect(keys(await search('"a storm"'))).toEqual(['d3']);
    expect(seen).toEqual([]);
  });

  it.each([
    [
      { status: 500, body: '{"error":{"message":"out of order, key k-123"}}' },
      /\(500\): out of order, key \[key\]; only words/,
    ],
    [{ status: 401, body: '{"error":{"message":"no"}}' }, /\(401\): no; only words/],
    [{ status: 200, body: '{"data":[]}' }, /; only words were searched$/],
    [{ status: 200, body: 'not json' }, /; only words were searched$/],
    [{ status: 307, body: '' }, /; only words were searched$/],
  ])('searches words alone and says so when the provider answers %j', async (fails, note) => {
    const { search, state } = await scene();
    state.fails = fails;
    const found = await search('car');
    expect(keys(found)).toEqual(['d4']);
    expect(found.notes).toEqual([expect.stringMatching(note)]);
    state.fails = undefined;
    expect(keys(await search('car'))).toHaveLength(4);
  });

  it('searches words alone and says so when nobody answers', async () => {
    const { search, close } = await scene();
    await close();
    const found = await search('car');
    expect(keys(found)).toEqual(['d4']);
    expect(found.notes?.[0]).toContain('only words were searched');
  });

  it('stops with its caller', async () => {
    const { baseUrl } = await vectorServer();
    const embeddings = openAiEmbeddings({ base_url: baseUrl, model: 'm', api_key_env: 'KEY' }, {}, redact);
    await expect(embeddings.embed(['x'], AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  });

  it('is sent no secret, in texts or in queries, and shows none that it answers', async () => {
    const { baseUrl, seen, state } = await vectorServer();
    const embeddings = openAiEmbeddings({ base_url: baseUrl, model: 'm', api_key_env: 'KEY' }, {}, redact);
    const signal = new AbortController().signal;
    await embeddings.embed([`the key is ${SECRET}`, 'password: hunter2!x', 'plain'], signal);
    expect(seen[0]?.input).toEqual(['the key is [secret:MINE]', 'password: [secret:password]', 'plain']);
    state.fails = { status: 400, body: JSON.stringify({ error: { message: `bad input: ${SECRET}` } }) };
    await expect(embeddings.embed(['x'], signal)).rejects.toThrow('bad input: [secret:MINE]');
  });

  it('is what the configuration says', async () => {
    const { baseUrl, seen } = await vectorServer();
    const config = [`embeddings: { base_url: "${baseUrl}", model: m, api_key_env: VECTORS }`];
    await inProject({ config, open: { env: { VECTORS: 'k-9' } } }, async ({ reyn }) => {
      expect((await reyn.index.search({ query: 'anything' })).hits).toEqual([]);
      expect(seen).toEqual([]); // there is nothing to compare with
    });
    const broken = ['embeddings: { base_url: "ftp://x", model: m }'];
    await expect(inProject({ config: broken }, async () => {})).rejects.toMatchObject({ code: 'config' });
  });
});
