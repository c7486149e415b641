import fs from 'node:fs';
import path from 'node:path';

type Secret = { readonly kind: string; readonly parts: readonly string[] };

const FILE = path.join(import.meta.dirname, '../os/secrets/corpus.json.b64');

/** A made-up key of a kind, from the corpus; put together here, so that no scanner takes the corpus for a leak. */
export function keyOfKind(kind: RegExp): string {
  const { secrets } = JSON.parse(Buffer.from(fs.readFileSync(FILE, 'utf8'), 'base64').toString('utf8')) as {
    secrets: Secret[];
  };
  const found = secrets.find((secret) => kind.test(secret.kind));
  if (found === undefined) throw new Error(`the corpus has no secret of the kind ${kind}`);
  return found.parts.join('');
}
