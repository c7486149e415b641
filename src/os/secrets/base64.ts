import { RANK, type Report } from './spans.ts';

/** Texts in base64 that hold a secret: `API_KEY=…` encoded as a whole, a configuration file in a manifest. */

/** What is shorter holds no name and no secret. */
export const LEAST_ENCODED = 24;
const PEEK = 64;

/** Reports the run of letters of base64 from `start` to `end` when `holds` finds a secret in what it says. */
export function encodedAt(text: string, start: number, end: number, report: Report, holds: (text: string) => boolean) {
  if (!isText(Buffer.from(text.slice(start, Math.min(end, start + PEEK)), 'base64'))) return;
  const value = text.slice(start, end);
  const decoded = Buffer.from(value, 'base64');
  if (isText(decoded) && holds(decoded.toString('latin1'))) {
    report({ start, end, label: 'encoded', rank: RANK.encoded, value });
  }
}

/** Whether bytes are text as programs write it; most words made of the same letters are not. */
function isText(bytes: Buffer): boolean {
  for (const byte of bytes) if ((byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13) || byte > 0x7e) return false;
  return true;
}
