import { canonicalJson, hasProtoKey, type Json, type JsonObject, sha256 } from '../../json.ts';
import { OpError } from '../../op-error.ts';
import { visible } from '../../visible.ts';
import { MCP_BOUNDS } from './bounds.ts';
import type { McpTools } from './port.ts';

/** Names that show as they are, everywhere (MCP, tools, tool names). */
const NAME = /^[A-Za-z0-9_.\-/]{1,128}$/;

type Tool = McpTools['tools'][number];

/** One page of a server's list, as it says it. */
export type ToolPage = {
  readonly tools: readonly {
    readonly name: string;
    readonly description?: string | undefined;
    readonly inputSchema: object;
  }[];
  readonly nextCursor?: string | undefined;
};

/**
 * All tools of a server, page by page, sorted by name, and their pin.
 * @throws OpError `invalid` (names that do not show or appear twice, too many, too large), and what `page` throws.
 */
export async function listTools(page: (cursor: string | undefined) => Promise<ToolPage>): Promise<McpTools> {
  const tools = new Map<string, Tool>();
  let cursor: string | undefined;
  let size = 0;
  for (let pages = 0; pages === 0 || cursor !== undefined; pages++) {
    if (pages === MCP_BOUNDS.pages) throw invalid(`its list of tools has more than ${MCP_BOUNDS.pages} pages`);
    const { tools: listed, nextCursor } = await page(cursor);
    for (const one of listed) {
      const tool = readTool(one);
      if (tools.has(tool.name)) throw invalid(`it lists the tool "${tool.name}" twice`);
      tools.set(tool.name, tool);
      size += tool.description.length + JSON.stringify(tool.schema).length;
      if (tools.size > MCP_BOUNDS.tools) throw invalid(`it lists more than ${MCP_BOUNDS.tools} tools`);
      if (size > MCP_BOUNDS.toolsTotal) throw invalid(`its tools take more than ${MCP_BOUNDS.toolsTotal} characters`);
    }
    cursor = nextCursor;
  }
  const sorted = [...tools.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { tools: sorted, pin: pinOf(sorted) };
}

/** SHA-256 (hex) over names, descriptions and schemas in canonical form, sorted by name. */
export function pinOf(tools: readonly Tool[]): string {
  return sha256(canonicalJson(tools.map(({ name, description, schema }): Json => ({ name, description, schema }))));
}

function readTool({ name, description = '', inputSchema }: ToolPage['tools'][number]): Tool {
  if (!NAME.test(name))
    throw invalid(`it lists a tool with a name that is not plain: "${visible(name.slice(0, 100))}"`);
  if (description.length > MCP_BOUNDS.description) throw invalid(`the description of its tool "${name}" is too long`);
  if (JSON.stringify(inputSchema).length > MCP_BOUNDS.schema)
    throw invalid(`the schema of its tool "${name}" is too large`);
  if (hasProtoKey(inputSchema)) throw invalid(`the schema of its tool "${name}" holds the key "__proto__"`);
  return { name, description, schema: inputSchema as JsonObject };
}

function invalid(what: string): OpError {
  return new OpError('invalid', what);
}

/** What is different in a list of tools, as the end of a sentence: `added a; removed b; changed the schema of c`. */
export function toolChanges(before: McpTools, now: McpTools): string {
  const [old, current] = [before, now].map(({ tools }) => new Map(tools.map((tool) => [tool.name, tool]))) as [
    Map<string, Tool>,
    Map<string, Tool>,
  ];
  const both = [...current.values()].flatMap((tool) => {
    const was = old.get(tool.name);
    return was === undefined ? [] : [{ name: tool.name, was, tool }];
  });
  const parts = [
    named(
      'added',
      [...current.keys()].filter((name) => !old.has(name)),
    ),
    named(
      'removed',
      [...old.keys()].filter((name) => !current.has(name)),
    ),
    named(
      'changed the description of',
      both.filter(({ was, tool }) => was.description !== tool.description).map(({ name }) => name),
    ),
    named(
      'changed the schema of',
      both.filter(({ was, tool }) => canonicalJson(was.schema) !== canonicalJson(tool.schema)).map(({ name }) => name),
    ),
  ];
  return parts.filter((part) => part !== '').join('; ');
}

function named(what: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const shown = names.slice(0, 10).map((name) => `"${name}"`);
  return `${what} ${shown.join(', ')}${names.length > shown.length ? ` and ${names.length - shown.length} more` : ''}`;
}
