import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/os/json.ts';
import { checkArguments } from '../../../../src/os/network/mcp/arguments.ts';
import { MCP_BOUNDS } from '../../../../src/os/network/mcp/bounds.ts';
import { readResult } from '../../../../src/os/network/mcp/result.ts';
import { listTools, type ToolPage, toolChanges } from '../../../../src/os/network/mcp/tools.ts';
import { failure } from './scene.ts';

type Tool = ToolPage['tools'][number];
const tool = (name: string, rest: Partial<Tool> = {}): Tool => ({ name, inputSchema: { type: 'object' }, ...rest });
const list = (...tools: Tool[]) => listTools(async () => ({ tools }));

describe('the pin of a server', () => {
  it('is the same whatever the order of tools and of keys', async () => {
    const a = await list(tool('a', { inputSchema: { type: 'object', properties: { x: {}, y: {} } } }), tool('b'));
    const b = await list(
      tool('b', { description: '' }),
      tool('a', { inputSchema: { properties: { y: {}, x: {} }, type: 'object' } }),
    );
    expect(b).toEqual(a);
  });

  it('is another one when a name, a description or a schema changes, by one letter even', async () => {
    const lists = [
      await list(tool('a')),
      await list(tool('A')),
      await list(tool('a', { description: 'x' })),
      await list(tool('a', { description: 'x ' })),
      await list(tool('a', { description: 'x\u200b' })),
      await list(tool('a', { inputSchema: { type: 'object', title: 'x' } })),
      await list(tool('a'), tool('b')),
      await list(),
    ];
    expect(new Set(lists.map(({ pin }) => pin)).size).toBe(lists.length);
  });

  it('says what changed', async () => {
    const before = await list(tool('a'), tool('b'), tool('c'));
    const now = await list(
      tool('a', { description: 'x' }),
      tool('c', { inputSchema: { type: 'object', title: 'x' } }),
      tool('d'),
    );
    expect(toolChanges(before, now)).toBe(
      'added "d"; removed "b"; changed the description of "a"; changed the schema of "c"',
    );
    const many = await list(...Array.from({ length: 12 }, (_, n) => tool(`t${n}`)));
    expect(toolChanges(await list(), many)).toMatch(/^added "t0", .* and 2 more$/);
  });
});

describe('a list of tools', () => {
  it('is read page by page', async () => {
    const pages: Readonly<Record<string, ToolPage>> = {
      first: { tools: [tool('b')], nextCursor: 'second' },
      second: { tools: [tool('a')], nextCursor: 'third' },
      third: { tools: [] },
    };
    const { tools } = await listTools(async (cursor = 'first') => pages[cursor] ?? { tools: [] });
    expect(tools.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it.each([
    ['control characters', 'add\u001b[2K\nApproved: yes'],
    ['nothing', ''],
    ['spaces', 'add two'],
    ['letters that look like others', '\u0430dd'],
    ['invisible letters', 'add\u200b'],
    ['too many letters', 'a'.repeat(129)],
    ['the end of a line', 'add\n'],
  ])('with a name of %s is refused, and the name shown is plain', async (_what, name) => {
    const said = await failure(list(tool(name)));
    expect(said).toMatch(/^invalid: it lists a tool with a name that is not plain/);
    expect(said).not.toContain('\u001b');
  });

  it.each([
    ['twice the same name', [tool('a'), tool('a')], /twice/],
    ['too many', Array.from({ length: MCP_BOUNDS.tools + 1 }, (_, n) => tool(`t${n}`)), /more than 500 tools/],
    ['a long description', [tool('a', { description: 'x'.repeat(MCP_BOUNDS.description + 1) })], /description/],
    [
      'a large schema',
      [tool('a', { inputSchema: { type: 'object', title: 'x'.repeat(MCP_BOUNDS.schema) } })],
      /schema/,
    ],
    [
      'a prototype in a schema',
      [tool('a', { inputSchema: JSON.parse('{"properties":{"__proto__":{}}}') as object })],
      /__proto__/,
    ],
    [
      'a lot in all',
      Array.from({ length: 200 }, (_, n) => tool(`t${n}`, { description: 'x'.repeat(12_000) })),
      /take more than/,
    ],
  ])('with %s is refused', async (_what, tools, reason) => {
    expect(await failure(list(...tools))).toMatch(reason);
  });

  it('without end is refused', async () => {
    expect(await failure(listTools(async () => ({ tools: [], nextCursor: 'again' })))).toMatch(/more than 50 pages/);
  });
});

/** `code: message` of what a check says; the empty string when arguments fit. */
function checked(schema: JsonObject, args: JsonObject): Promise<string> {
  return failure(Promise.resolve().then(() => checkArguments('add', schema, args))).catch((error: unknown) => {
    if (error instanceof Error && error.message === 'it came to undefined') return '';
    throw error;
  });
}

describe('arguments of a call', () => {
  it('are checked by the schema of the tool', async () => {
    const schema = {
      type: 'object',
      properties: { n: { type: 'integer' } },
      required: ['n'],
      additionalProperties: false,
    };
    expect(await checked(schema, { n: 1 })).toBe('');
    expect(await checked(schema, { n: 'x' })).toBe(
      'refused: the arguments do not fit its tool "add": n must be integer',
    );
    expect(await checked(schema, { n: 1, m: 2 })).toContain('has the unknown field "m"');
  });

  it('are checked by schemas as servers write them', async () => {
    const plain = { type: 'object', properties: { u: { type: 'string', format: 'made-up', 'x-own': 1 } } };
    expect(
      await checked(
        { ...plain, $schema: 'http://json-schema.org/draft-07/schema#', $id: 'https://x.test/a' },
        { u: 'x' },
      ),
    ).toBe('');
    expect(
      await checked(
        { ...plain, $schema: 'https://json-schema.org/draft/2020-12/schema', $id: 'https://x.test/a' },
        { u: 1 },
      ),
    ).toContain('refused');
    expect(await checked({ ...plain, $schema: 'https://spec.test/unknown' }, { u: 'x' })).toBe('');
  });

  it('are not sent when the schema cannot be used', async () => {
    for (const schema of [
      { type: 'object', properties: { s: { pattern: '(?=a)b' } } },
      { $ref: 'https://evil.test/schema.json' },
      { type: 'object', required: 'x' },
      { type: 'object', properties: { s: { pattern: '(' } } },
    ] as JsonObject[]) {
      expect(await checked(schema, { s: 'x' })).toMatch(/^invalid: the schema of its tool "add" cannot be checked/);
    }
  });

  const twice = (ref: string) => ({ allOf: [{ $ref: ref }, { $ref: ref }] });
  const doubling = {
    $defs: Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`d${n}`, twice(`#/$defs/d${n + 1}`)])),
    ...twice('#/$defs/d0'),
  };
  it.each([
    ['a pattern that backtracks', { properties: { s: { type: 'string', pattern: '^(a+)+$' } } }, /^refused/],
    ['references that double', { ...doubling, $defs: { ...doubling.$defs, d40: {} } }, /^invalid: .*takes too long/],
    ['a reference to itself', { $ref: '#' }, /^invalid: /],
    ['alternatives that are itself', { anyOf: [{ $ref: '#' }, { $ref: '#' }] }, /^invalid: /],
    [
      'very many properties',
      {
        properties: Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`p${n}`, { type: 'string' }])),
        additionalProperties: false,
      },
      /^(invalid|refused): /,
    ],
  ] as readonly (readonly [string, JsonObject, RegExp])[])('hold up nothing by %s', async (_what, schema, expected) => {
    expect(await checked(schema, { s: `${'a'.repeat(40)}!` })).toMatch(expected);
    expect(await checked({ type: 'object' }, {})).toBe('');
  });
});

describe('a result', () => {
  it('is its text, its data, and the names of what is neither', () => {
    const result = readResult('t', {
      content: [
        { type: 'text', text: 'one' },
        { type: 'image', data: 'AAAA', mimeType: 'image/png' },
        { type: 'resource_link', uri: 'file:///x\u202e', name: 'x' },
        { type: 'resource', resource: { uri: 'file:///y', text: 'two' } },
        { type: 'resource', resource: { uri: 'file:///z', blob: 'AAAA' } },
        { type: 'audio', data: 'AA', mimeType: 'audio/wav' },
      ],
      structuredContent: { n: 1 },
    });
    expect(result).toEqual({
      text: 'one\ntwo',
      structured: { n: 1 },
      omitted: [
        'image image/png, 4 characters of base64',
        'link to file:///x\\u202e',
        'resource file:///z',
        'audio audio/wav, 2 characters of base64',
      ],
    });
  });

  it('that is an error is one, in its own words', async () => {
    const failed = Promise.resolve().then(() =>
      readResult('t', { content: [{ type: 'text', text: 'no \u001b[2J' }], isError: true }),
    );
    expect(await failure(failed)).toBe('failed: its tool "t" failed: no \\u001b[2J');
  });

  it('that is too large or not plain data is refused', async () => {
    const read = (result: Parameters<typeof readResult>[1]) =>
      failure(Promise.resolve().then(() => readResult('t', result)));
    expect(await read({ content: [{ type: 'text', text: '\u00e9'.repeat(MCP_BOUNDS.resultBytes / 2 + 1) }] })).toMatch(
      /^too_large/,
    );
    expect(await read({ content: [], structuredContent: { x: 'x'.repeat(MCP_BOUNDS.resultBytes) } })).toMatch(
      /^too_large/,
    );
    expect(await read({ content: [], structuredContent: JSON.parse('{"a":{"__proto__":1}}') as object })).toMatch(
      /^invalid/,
    );
    expect(
      await read({ content: [], structuredContent: JSON.parse(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`) as object }),
    ).toMatch(/^invalid/);
  });

  it('with very many pictures names the first', () => {
    const { omitted } = readResult('t', {
      content: Array.from({ length: 200 }, () => ({ type: 'image' as const, data: 'A', mimeType: 'image/png' })),
    });
    expect(omitted).toHaveLength(51);
    expect(omitted.at(-1)).toBe('and 150 more');
  });
});
