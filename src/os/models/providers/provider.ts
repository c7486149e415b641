import type { Degradation } from '../schema-codec.ts';
import type { StreamingModel, StreamOptions } from '../stream-reply.ts';

/** How a call is put on the wire. What a server refuses is remembered for the model and put another way. */
export type WireForm = {
  /** How far schemas of tools are degraded. */
  readonly schema: Degradation;
  /** Whether the limit of output tokens goes by its newer name, where a server knows two. */
  readonly newerLimit: boolean;
};

/** One kind of provider: how its model is built, what it takes, and where it is unless config says so. */
export type ProviderKind = {
  /** Its own address; absent where config must name one. A key is needed there. */
  readonly baseUrl?: string;
  /**
   * Steps of degradation, the default first: a schema that is refused goes on with the next. They need not be in the
   * order of the codec's list, since a step may lift what it asks of the provider.
   */
  readonly steps: readonly [Degradation, ...Degradation[]];
  /** What its requests carry besides the frame. */
  readonly options: Omit<StreamOptions, 'signal' | 'maxOutputTokens' | 'onText' | 'seed'>;
  /** Whether a seed of its random choices may be sent. */
  readonly takesSeed?: true;
  /** Another form for a call that was refused with these words, where this kind of server has one. */
  adapt?(form: WireForm, said: string): WireForm | undefined;
  /** Loads the library and builds the model; nothing is sent. */
  open(at: Endpoint): Promise<StreamingModel>;
};

export type Endpoint = {
  readonly model: string;
  readonly baseURL: string;
  /** The empty string where there is none; `fetch` then sends no header for it. */
  readonly apiKey: string;
  readonly fetch: typeof fetch;
  readonly form: WireForm;
};
