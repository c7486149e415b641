import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { OpError } from '../op-error.ts';
import { visible } from '../visible.ts';
import { htmlText, type PageText } from './html-text.ts';
import type { Fetched } from './port.ts';

const HTML = /^(text\/html|application\/xhtml\+xml)$/;
/** Media types whose content is text. */
const TEXT =
  /^text\/|[/+](json|xml|yaml|toml)$|^application\/(javascript|ecmascript|x-ndjson|ndjson|jsonl|json5|x-yaml|x-sh|sql|graphql|rtf|x-httpd-php|x-www-form-urlencoded)$/;
/** Types that say nothing about what is there. */
const UNSTATED = /^$|^(application|binary)\/octet-stream$/;

/**
 * What was fetched as text, at most `limit` characters of it: HTML as {@link htmlText}, any other text as it is.
 * @throws OpError `not_text`.
 */
export async function pageText(fetched: Fetched, limit: number): Promise<PageText> {
  const { type, body } = fetched;
  const isUtf16 = /^utf-?16/.test(charsetOf(fetched));
  const isText = HTML.test(type) || TEXT.test(type) || (UNSTATED.test(type) && (isUtf16 || isUtf8(body)));
  if (!isText || (!isUtf16 && body.includes(0))) {
    const shown = type === '' ? 'of no stated type' : `of the type "${visible(type.slice(0, 100))}"`;
    throw new OpError('not_text', `${fetched.url} is ${shown}, ${body.length} bytes that are not text.`);
  }
  const text = decoder(charsetOf(fetched)).decode(body);
  if (HTML.test(type)) return await htmlText(text, new URL(fetched.url), limit);
  return { text: text.slice(0, limit), more: text.length > limit };
}

/** What the body is written in: its byte order mark, what the server says, what the page says, UTF-8. */
function charsetOf({ type, charset, body }: Fetched): string {
  if (body[0] === 0xff && body[1] === 0xfe) return 'utf-16le';
  if (body[0] === 0xfe && body[1] === 0xff) return 'utf-16be';
  if (charset !== undefined) return charset;
  if (!HTML.test(type)) return 'utf-8';
  const head = body.subarray(0, 1024).toString('latin1');
  return /<meta[^>]{0,200}charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{1,40})/i.exec(head)?.[1]?.toLowerCase() ?? 'utf-8';
}

function decoder(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder(); // a name nobody knows
  }
}
