/**
 * Signs what this machine's user vouches for: heads of logs, saved grants. The private key lies outside every project
 * (a project that came from elsewhere must not be able to bring its own), mode 0600.
 */
export type Signer = {
  /** Whether there is a place for the key; where there is none, `id`, `publicKey` and `sign` throw. */
  readonly canSign: boolean;
  /**
   * Short id of the public key: the first 16 hex digits of the SHA-256 of its 32 raw bytes. Makes the key when there
   * is none yet. @throws UserError `disk`, `refused`.
   */
  readonly id: string;
  /** The public key as PEM (SPKI). @throws as `id`. */
  readonly publicKey: string;
  /** Ed25519 signature of the UTF-8 bytes, base64url. Makes the key when there is none yet. @throws as `id`. */
  sign(text: string): string;
  /** Whether `signature` over `text` was made with this user's key `id`; false for keys this user does not have. */
  verify(text: string, signature: string, id: string): boolean;
  /** Whether the public key `id` is among this user's keys, those from before a rotation included. */
  knows(id: string): boolean;
};
