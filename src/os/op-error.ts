/** An op could not do what was asked; the model is told and goes on. */
export class OpError extends Error {
  override readonly name = 'OpError';
  /** Stable reason, e.g. `not_found`, `too_large`, `not_text`, `no_match`, `changed`, `refused`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
