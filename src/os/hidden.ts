/**
 * Characters that carry text which nobody sees: controls, tags, zero-width spaces, fillers, bidirectional overrides,
 * variation selectors beyond the usual ones, lone surrogates. Joiners and variation selectors are part of ordinary
 * writing and of emoji; in a row they are not.
 */
const HIDDEN =
  /[[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB]--[\t\n\r\u200C\u200D\uFE00-\uFE0F]]|[\u200C\u200D\uFE00-\uFE0F]{3,}/gv;

/** `text` without characters that nobody sees, and how many there were. */
export function withoutHidden(text: string): { readonly text: string; readonly hidden: number } {
  let hidden = 0;
  const seen = text.replace(HIDDEN, (found) => {
    hidden += [...found].length;
    return '';
  });
  return { text: seen, hidden };
}
