import type { Json, JsonObject } from '../../json.ts';

/** MCP servers of the configuration, started or connected to when first needed, ended by `close`. */
export type McpServers = {
  /**
   * Tools of a server as it lists them now, and their pin.
   * @throws OpError `not_found` (no such server in config), `not_configured` (a secret or URL of its configuration),
   * `unreachable`, `timeout`, `invalid` (names that do not show, schemas too large, not the protocol), `too_large` (a
   * message), `refused` (a redirect, an address); the signal's reason when aborted.
   */
  tools(server: string, signal: AbortSignal): Promise<McpTools>;
  /**
   * One call. `pin` must be that of the tools the server lists now.
   * @throws OpError as `tools`, and `not_found` (no such tool), `drift`, `refused` (arguments that do not fit the tool's
   * schema), `too_large`, `failed` (the tool or the server said so).
   */
  call(request: McpCall): Promise<McpResult>;
  close(): Promise<void>;
};

export type McpTools = {
  readonly tools: readonly { readonly name: string; readonly description: string; readonly schema: JsonObject }[];
  /** SHA-256 (hex) over names, descriptions and schemas in canonical form. */
  readonly pin: string;
};

export type McpCall = {
  readonly server: string;
  readonly tool: string;
  readonly args: JsonObject;
  readonly pin: string;
  readonly signal: AbortSignal;
};

export type McpResult = {
  readonly text: string;
  readonly structured?: Json;
  /** What was left out of `text`: images, audio, links. */
  readonly omitted: readonly string[];
};

/** One server of the configuration. */
export type McpServerConfig =
  | {
      readonly command: string;
      readonly args: readonly string[];
      /** Variables it gets besides PATH, HOME, LANG; `${secret:NAME}` is resolved from the secret store. */
      readonly env: Readonly<Record<string, string>>;
    }
  | { readonly url: string; readonly headers: Readonly<Record<string, string>> };
