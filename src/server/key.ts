import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What opens the server: made at its start, known to whoever reads the address it prints, written nowhere. */
export type Key = {
  /** 256 random bits, base64url. */
  readonly token: string;
  /** What a browser keeps instead of the token: a page of another port on this host may be sent it by the browser. */
  readonly session: string;
  /** Compares in a time that says nothing of how much fits. */
  isToken(text: string): boolean;
  isSession(text: string): boolean;
};

export function makeKey(): Key {
  const [token, session] = [randomText(), randomText()];
  return { token, session, isToken: (text) => isSame(text, token), isSession: (text) => isSame(text, session) };
}

function randomText(): string {
  return randomBytes(32).toString('base64url');
}

/** Digests have one length, so that a length tells nothing either. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digestOf(one), digestOf(other));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
