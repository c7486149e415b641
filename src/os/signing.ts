/**
 * Signs what this machine's user vouches for: heads of logs, saved grants. The private key lies outside every project
 * (a project that came from elsewhere must not be able to bring its own), mode 0600.
 */
export type Signer = {
  /** Short id of the public key: the first 16 hex digits of the SHA-256 of its 32 raw bytes. */
  readonly id: string;
  /** Ed25519 signature of the UTF-8 bytes, base64url. Makes the key when there is none yet. @throws UserError `disk`. */
  sign(text: string): string;
  /** Whether `signature` over `text` was made with this user's key `id`; false for keys this user does not have. */
  verify(text: string, signature: string, id: string): boolean;
};
