/**
 * The network as ops may use it. An address is decided on once, and exactly that address is dialled: names are looked
 * up one time, every answer must be admitted, and each redirect is a new request to be decided.
 */
export type Network = {
  /**
   * One GET, redirects followed. @throws OpError `refused` (scheme, host, address, redirect, header), `unreachable`,
   * `too_large`, `unreadable` (an encoding that is unknown or broken), `timeout`; the signal's reason when aborted.
   */
  fetch(request: FetchRequest): Promise<Fetched>;
};

export type FetchRequest = {
  /** An absolute http or https URL, without user or password. */
  readonly url: string;
  /**
   * Whether a host may be spoken to; asked for the first and for every redirect's. `host` as {@link hostOf} writes it:
   * lower-case, A-labels, `:port` unless it is the scheme's own.
   */
  readonly mayReach: (host: string) => boolean;
  /** Additional request headers. Dropped when a redirect leaves the origin. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes of body after decompression. */
  readonly maxBytes: number;
  /** Milliseconds for all of it, redirects and body included. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
};

export type Fetched = {
  /** Where the answer came from, after redirects. */
  readonly url: string;
  readonly status: number;
  /** Media type without parameters; the empty string when none was stated. */
  readonly type: string;
  /** Charset parameter, lower-case; absent when none was stated. */
  readonly charset?: string;
  readonly body: Buffer;
  /** Every request that was made, the first one first, and the address each was sent to. */
  readonly hops: readonly { readonly url: string; readonly address: string; readonly status: number }[];
};

/** Looks a name up: all addresses, in order. The system's resolver unless a test brings its own. */
export type Resolver = (hostname: string, signal: AbortSignal) => Promise<readonly string[]>;
