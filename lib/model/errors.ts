/**
 * The base of every error this package throws. Its family says what the runtime does next; facts are fields, the
 * original error is `cause`.
 */
export class MillraceError extends Error {
  override readonly name: string = 'MillraceError';
  /** For what an operator may meet at night: the page in docs/errors that says what to do. */
  declare readonly code?: string;

  constructor(message: string, { code, ...options }: MillraceErrorOptions = {}) {
    super(message, options);
    if (code !== undefined) this.code = code;
  }
}

export interface MillraceErrorOptions extends ErrorOptions {
  readonly code?: `MR${number}`;
}

/** The pipeline is wrong. Thrown while it is defined or synthesised, never while records flow. */
export class DefinitionError extends MillraceError {
  override readonly name = 'DefinitionError';
}

/** Something outside didn't answer as it should. The batch is delivered again from the same record. */
export class RetryableError extends MillraceError {
  override readonly name = 'RetryableError';
}

/** Another writer took this task on. Memory is dropped, the journal read again, the batch redone from there. */
export class StateConflictError extends MillraceError {
  override readonly name = 'StateConflictError';
}

/** Stored state and code disagree. Nothing is touched; a person must decide. */
export class FatalError extends MillraceError {
  override readonly name = 'FatalError';
}

/** The message of anything that can be thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
