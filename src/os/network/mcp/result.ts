import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/client';
import { hasProtoKey, isDeeperThan, type Json, MAX_DEPTH } from '../../json.ts';
import { OpError } from '../../op-error.ts';
import { visible } from '../../visible.ts';
import { MCP_BOUNDS } from './bounds.ts';
import type { McpResult } from './port.ts';

/** Things left out that are named one by one. */
const MAX_OMITTED = 50;

/**
 * The text and data of a result; what is neither is named and left out.
 * @throws OpError `failed` (the tool said so, with what it said), `too_large`, `invalid`.
 */
export function readResult(tool: string, result: CallToolResult): McpResult {
  const blocks = result.content ?? [];
  const text = blocks.flatMap(textOf).join('\n');
  const structured = result.structuredContent as Json | undefined;
  if (isDeeperThan(structured, MAX_DEPTH) || hasProtoKey(structured)) {
    throw new OpError('invalid', `its tool "${tool}" gave data that is nested too deep or holds the key "__proto__"`);
  }
  const bytes =
    Buffer.byteLength(text) + (structured === undefined ? 0 : Buffer.byteLength(JSON.stringify(structured)));
  if (bytes > MCP_BOUNDS.resultBytes) {
    throw new OpError('too_large', `its tool "${tool}" gave ${bytes} bytes, more than ${MCP_BOUNDS.resultBytes}`);
  }
  if (result.isError === true) {
    throw new OpError('failed', `its tool "${tool}" failed: ${visible(text.slice(0, 2_000)) || 'it gives no reason'}`);
  }
  const left = blocks.flatMap(omissionOf);
  const more = left.length - MAX_OMITTED;
  const omitted = more > 0 ? [...left.slice(0, MAX_OMITTED), `and ${more} more`] : left;
  return { text, ...(structured === undefined ? {} : { structured }), omitted };
}

function textOf(block: ContentBlock): string[] {
  if (block.type === 'text') return [block.text];
  return block.type === 'resource' && 'text' in block.resource ? [block.resource.text] : [];
}

function omissionOf(block: ContentBlock): string[] {
  switch (block.type) {
    case 'image':
    case 'audio':
      return [shown(`${block.type} ${block.mimeType}, ${block.data.length} characters of base64`)];
    case 'resource_link':
      return [shown(`link to ${block.uri}`)];
    case 'resource':
      return 'text' in block.resource ? [] : [shown(`resource ${block.resource.uri}`)];
    default:
      return [];
  }
}

function shown(text: string): string {
  return visible(text.length > 200 ? `${text.slice(0, 200)}…` : text).replaceAll('\n', ' ');
}
