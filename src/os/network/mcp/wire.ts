import type { Transport } from '@modelcontextprotocol/client';
import type { OpError } from '../../op-error.ts';

/** A transport of the SDK, with what Reyn needs besides. */
export type Wire = {
  readonly transport: Transport;
  /** What a server wrote on standard error last; the empty string when there is none. */
  lastWords(): string;
  /** Ends it at once and for certain: a process with all it started. Resolves when it is gone. */
  kill(): Promise<void>;
};

/** Called once, when a server broke a rule; the wire is killed after it. */
export type Violated = (error: OpError) => void;
