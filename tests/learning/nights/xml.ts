const CHAR = '(?:[\\t\\n\\r\\u0020-\\uD7FF\\uE000-\\uFFFD]|[\\u{10000}-\\u{10FFFF}])';
const VALUE = `"(?:(?![<&"])${CHAR}|&(?:amp|lt|gt|quot|apos|#\\d+);)*"`;
const TOKEN = new RegExp(
  `<\\?xml [^?]*\\?>|<(/?)([a-z]+)((?: [a-z]+=${VALUE})*)(/?)>|(?:(?![<&])${CHAR}|&(?:amp|lt|gt|quot|apos|#\\d+);)+`,
  'uy',
);

/** Whether a text is one well-formed XML 1.0 element, of the forms that are written here; nothing is passed over. */
export function wellFormed(text: string): boolean {
  const open: string[] = [];
  let roots = 0;
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    const token = TOKEN.exec(text);
    if (token === null) return false;
    const [, end, name, , empty] = token;
    if (name === undefined) continue;
    if (end === '/') {
      if (open.pop() !== name) return false;
    } else {
      if (open.length === 0) roots++;
      if (empty !== '/') open.push(name);
    }
  }
  return open.length === 0 && roots === 1;
}
