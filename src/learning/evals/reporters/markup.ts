import { visible } from '../../../os/visible.ts';

/** What XML 1.0 cannot hold besides what {@link visible} escapes. */
const NO_XML = /[\uFFFE\uFFFF]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#xA;',
  '\t': '&#x9;',
};

/** Text between tags of HTML or XML. Characters that deceive, or that XML forbids, become visible escapes. */
export function escapeText(text: string): string {
  return clean(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** Text between the quotes of an attribute; line breaks stay line breaks. */
export function escapeAttribute(text: string): string {
  return clean(text).replace(/[&<>"'\n\t]/g, (character) => ENTITIES[character] ?? '');
}

function clean(text: string): string {
  return visible(text.replaceAll('\r\n', '\n')).replace(NO_XML, '\uFFFD');
}
