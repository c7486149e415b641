import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';

/** The Ed25519 public key of a PEM text (SPKI); `undefined` when it is none. */
export function publicKeyOf(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The first 16 hex digits of the SHA-256 of a public key's 32 raw bytes; `undefined` when the PEM text holds none. */
export function keyIdOf(pem: string): string | undefined {
  const raw = publicKeyOf(pem)?.export({ format: 'jwk' }).x;
  return raw === undefined ? undefined : hash('sha256', Buffer.from(raw, 'base64url'), 'hex').slice(0, 16);
}

/** Whether `signature` (base64url) over the UTF-8 bytes of `text` was made with the private part of `key`. */
export function signatureHolds(key: KeyObject, text: string, signature: string): boolean {
  return (
    /^[A-Za-z0-9_-]{86}$/.test(signature) && verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'))
  );
}
