import { RANK, type Report } from './spans.ts';

/** Texts in base64 that hold a secret: `API_KEY=…` encoded as a whole, a configuration file in a manifest. */
const ENCODED = /(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{24,}={0,2}/g;
const PEEK = 64;

export function findEncoded(text: string, report: Report, holds: (text: string) => boolean): void {
  for (const found of text.matchAll(ENCODED)) {
    const value = found[0];
    if (!isText(Buffer.from(value.slice(0, PEEK), 'base64'))) continue;
    const decoded = Buffer.from(value, 'base64');
    if (!isText(decoded) || !holds(decoded.toString('utf8'))) continue;
    report({ start: found.index, end: found.index + value.length, label: 'encoded', rank: RANK.encoded, value });
  }
}

/** Whether bytes are text as people and programs write it; most words that are made of the same letters are not. */
function isText(bytes: Buffer): boolean {
  for (const byte of bytes) if ((byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13) || byte > 0x7e) return false;
  return true;
}
