import fs from 'node:fs';
import { join } from 'node:path';

type Row = { readonly id: string; readonly kind: string; readonly parts: readonly string[]; readonly context: string };
type Variant = { readonly id: string; readonly of: string; readonly transform: string; readonly context: string };
type Corpus = {
  readonly secrets: readonly Row[];
  readonly benign: readonly { readonly kind: string; readonly text: string }[];
  readonly variants: readonly Variant[];
};

/** The corpus lies in base64 so that no scanner takes it for a leak. */
export const CORPUS: Corpus = JSON.parse(
  Buffer.from(fs.readFileSync(join(import.meta.dirname, 'corpus.json.b64'), 'utf8'), 'base64').toString('utf8'),
);

export const secretOf = (row: Pick<Row, 'parts'>) => row.parts.join('');
export const inContext = (context: string, value: string) =>
  context
    .replaceAll('{{', '{')
    .replaceAll('}}', '}')
    .replace('{v}', () => value);

/** The first 12 characters in a row of `value` that stand in `text`; the whole of a shorter value. */
export function leakOf(text: string, value: string): string | undefined {
  if (value.length < 12) return text.includes(value) ? value : undefined;
  for (let i = 0; i + 12 <= value.length; i++) {
    const part = value.slice(i, i + 12);
    if (text.includes(part)) return part;
  }
  return undefined;
}
