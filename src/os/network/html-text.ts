import { addressOf } from './url.ts';

/** Elements whose content is no text of the page. `script`, `style` and the like are never read as markup. */
const SKIPPED = new Set(['script', 'style', 'template', 'svg', 'iframe', 'object', 'noembed', 'noframes', 'datalist']);
const VOID = new Set([
  'br',
  'hr',
  'img',
  'input',
  'meta',
  'link',
  'wbr',
  'area',
  'base',
  'col',
  'embed',
  'source',
  'track',
]);
/** Elements whose end tag may be left out: the next of the same name ends them. */
const IMPLIED = new Set(['p', 'li', 'dt', 'dd', 'tr', 'td', 'th', 'option', 'optgroup', 'thead', 'tbody', 'tfoot']);
/** Line breaks before and after; 2 leaves an empty line. */
const BREAKS: ReadonlyMap<string, number> = new Map([
  ...[
    'title',
    'p',
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'ul',
    'ol',
    'dl',
    'table',
    'pre',
    'blockquote',
    'figure',
    'section',
    'article',
    'header',
    'footer',
    'main',
    'nav',
    'aside',
    'form',
    'fieldset',
    'body',
  ].map((name) => [name, 2] as const),
  ...[
    'div',
    'li',
    'dt',
    'dd',
    'tr',
    'address',
    'figcaption',
    'caption',
    'option',
    'details',
    'summary',
    'dialog',
    'legend',
    'center',
  ].map((name) => [name, 1] as const),
]);
/** Attributes that are looked at. */
const WANTED = new Set(['href', 'alt', 'hidden', 'style']);
const UNSEEN = /(?:display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0(?![.\d]))/i;
const MAX_ATTRIBUTE = 4_000;

export type PageText = {
  readonly text: string;
  /** Whether there was more than `limit` characters. */
  readonly more: boolean;
};

/**
 * The text of an HTML page as a reader sees it: title, paragraphs, lists, table rows, the targets of links; no scripts, no
 * styles, nothing that the page hides. Reads the page once from front to back, so that its time and memory are bounded by
 * its length and by `limit`, whatever is nested in it.
 */
export async function htmlText(html: string, base: URL, limit: number): Promise<PageText> {
  const { Tokenizer } = await import('htmlparser2');
  const page = openPage(base, limit);
  let name = '';
  let attribute = '';
  let value = '';
  let attributes = new Map<string, string>();
  const opened = () => {
    page.open(name, attributes);
    if (page.isFull()) tokenizer.pause();
  };
  const tokenizer = new Tokenizer(
    { xmlMode: false, decodeEntities: true },
    {
      onopentagname: (start, end) => {
        name = html.slice(start, end).toLowerCase();
        attributes = new Map();
      },
      onattribname: (start, end) => {
        attribute = html.slice(start, Math.min(end, start + 40)).toLowerCase();
        value = '';
      },
      onattribdata: (start, end) => {
        if (value.length < MAX_ATTRIBUTE) value += html.slice(start, Math.min(end, start + MAX_ATTRIBUTE));
      },
      onattribentity: (code) => {
        if (value.length < MAX_ATTRIBUTE) value += String.fromCodePoint(code);
      },
      onattribend: () => {
        if (WANTED.has(attribute) && !attributes.has(attribute)) attributes.set(attribute, value);
      },
      onopentagend: opened,
      onselfclosingtag: opened,
      onclosetag: (start, end) => page.close(html.slice(start, end).toLowerCase()),
      ontext: (start, end) => {
        page.text(html.slice(start, end));
        if (page.isFull()) tokenizer.pause();
      },
      ontextentity: (code) => page.text(String.fromCodePoint(code)),
      oncdata: () => undefined,
      oncomment: () => undefined,
      ondeclaration: () => undefined,
      onprocessinginstruction: () => undefined,
      onend: () => undefined,
    },
  );
  tokenizer.write(html);
  if (!page.isFull()) tokenizer.end();
  return page.finish();
}

/** What has been read of a page, and what it is in the middle of. */
function openPage(base: URL, limit: number) {
  const out = openText(limit);
  /** The element whose content is left out, and how often it is open. */
  let skipped: { name: string; depth: number } | undefined;
  let link: { href: string; from: number } | undefined;
  let preformatted = 0;
  let cells = 0;

  const endLink = () => {
    if (link !== undefined && out.length() > link.from) out.add(` (${link.href})`);
    link = undefined;
  };
  return {
    isFull: out.isFull,
    open(name: string, attributes: ReadonlyMap<string, string>) {
      if (skipped !== undefined) {
        if (name !== skipped.name) return;
        if (!IMPLIED.has(name)) return void skipped.depth++;
        skipped = undefined;
      }
      if (SKIPPED.has(name) || attributes.has('hidden') || UNSEEN.test(attributes.get('style') ?? '')) {
        out.breakLine(BREAKS.get(name) ?? 0);
        if (!VOID.has(name)) skipped = { name, depth: 1 };
        return;
      }
      out.breakLine(BREAKS.get(name) ?? 0);
      if (name === 'br') out.breakLine(1);
      else if (name === 'li') out.add('- ');
      else if (name === 'tr') cells = 0;
      else if ((name === 'td' || name === 'th') && cells++ > 0) out.add('\t');
      else if (/^h[1-6]$/.test(name)) out.add(`${'#'.repeat(Number(name[1]))} `);
      else if (name === 'pre') preformatted++;
      else if (name === 'img' && attributes.get('alt')) out.add(`[image: ${attributes.get('alt')}]`);
      else if (name === 'a') {
        endLink();
        const href = targetOf(attributes.get('href'), base);
        if (href !== undefined) link = { href, from: out.length() };
      }
    },
    close(name: string) {
      if (skipped !== undefined) {
        if (name === skipped.name && --skipped.depth === 0) skipped = undefined;
        return;
      }
      if (name === 'a') endLink();
      if (name === 'pre') preformatted = Math.max(0, preformatted - 1);
      out.breakLine(BREAKS.get(name) ?? 0);
    },
    text(text: string) {
      if (skipped === undefined) out.write(text, preformatted > 0);
    },
    finish: (): PageText => {
      endLink();
      return out.finish();
    },
  };
}

/** Where a link leads, when that is another page of the web. */
function targetOf(href: string | undefined, base: URL): string | undefined {
  if (href === undefined || href.startsWith('#') || !URL.canParse(href, base.href)) return undefined;
  const url = new URL(href, base.href);
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
  return isWeb && addressOf(url) !== '' && url.href.length <= MAX_ATTRIBUTE ? url.href : undefined;
}

/** Text that grows up to a limit, white space folded as a browser does. */
function openText(limit: number) {
  const parts: string[] = [];
  let length = 0;
  let breaks = 0;
  let space = false;

  const add = (text: string) => {
    const before = length === 0 ? '' : breaks > 0 ? '\n'.repeat(breaks) : space ? ' ' : '';
    parts.push(before, text);
    length += before.length + text.length;
    breaks = 0;
    space = false;
  };
  return {
    add,
    length: () => length,
    isFull: () => length > limit,
    breakLine: (count: number) => {
      breaks = Math.max(breaks, count);
    },
    write: (text: string, isPreformatted: boolean) => {
      if (isPreformatted) return add(text);
      const folded = text.replace(/[\t\n\f\r ]+/g, ' ');
      if (folded.startsWith(' ')) space = true;
      const core = folded.replace(/^ | $/g, ''); // no-break spaces are text
      if (core === '') return;
      add(core);
      space = folded.endsWith(' ');
    },
    finish: (): PageText => {
      const lines = parts.join('').split('\n');
      const text = lines
        .map((line) => line.trimEnd())
        .join('\n')
        .trim();
      return { text: cut(text, limit), more: text.length > limit };
    },
  };
}

/** The first `limit` characters, never half of one. */
function cut(text: string, limit: number): string {
  return text.slice(0, limit).replace(/[\uD800-\uDBFF]$/, '');
}
