import { messageOf, type Event, type OperatorContext } from '../model/index.ts';

/**
 * Emits what `make` gives for each item. One that throws doesn't keep the others from being emitted: what was thrown
 * is thrown again at the end, as it was if it was one, else as an `AggregateError`.
 */
export function attemptEach<T>(
  items: readonly T[],
  make: (item: T) => Event,
  context: Pick<OperatorContext, 'emit'>,
): void {
  const errors: unknown[] = [];
  for (const item of items) {
    const made = attempt(() => make(item));
    if (made.isOk) context.emit(made.value);
    else errors.push(made.error);
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) {
    throw new AggregateError(errors, `${errors.length} pairs failed; the first: ${messageOf(errors[0])}`);
  }
}

export type Attempted<T> =
  | { readonly isOk: true; readonly value: T }
  | { readonly isOk: false; readonly error: unknown };

/** Runs code of the user; what goes wrong is a value. */
export function attempt<T>(run: () => T): Attempted<T> {
  try {
    return { isOk: true, value: run() };
  } catch (error) {
    return { isOk: false, error };
  }
}
