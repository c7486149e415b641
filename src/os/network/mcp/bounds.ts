/**
 * What a server may cost. Servers are other people's programs: everything that comes from one is bounded before it is
 * looked at.
 */
export const MCP_BOUNDS = {
  /** Bytes of one message. */
  messageBytes: 4 * 1024 * 1024,
  /** Bytes of text and structured content of one result. */
  resultBytes: 1024 * 1024,
  /** Bytes a server may say between two answers. */
  chatterBytes: 2 * 1024 * 1024,
  /** Requests a server may make between two answers; each is refused with an error. */
  serverRequests: 100,
  tools: 500,
  /** Pages of a list of tools. */
  pages: 50,
  /** Characters of a tool's description. */
  description: 16 * 1024,
  /** Characters of a tool's input schema as JSON. */
  schema: 64 * 1024,
  /** Characters of all descriptions and schemas of a server. */
  toolsTotal: 2 * 1024 * 1024,
  /** Milliseconds until a server has answered the first message; it may have to be started. */
  handshakeMs: 8_000,
  /** Milliseconds of one call. */
  callMs: 60_000,
  /** Milliseconds a check of arguments may take. */
  checkMs: 150,
} as const;
