const MAX_TURNS = 2_000;

export type Settled<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** It waits for a frozen sandbox. */
  | { readonly kind: 'waiting' };

/** Lets everything run that can run: nothing in a simulation waits for anything but a sandbox that is frozen. */
export async function settled<T>(work: Promise<T>): Promise<Settled<T>> {
  const outcome: Settled<T>[] = [];
  work.then(
    (value) => outcome.push({ kind: 'done', value }),
    (error: unknown) => outcome.push({ kind: 'failed', error }),
  );
  for (let turns = 0; turns < MAX_TURNS && outcome.length === 0; turns += 1) await Promise.resolve();
  return outcome[0] ?? { kind: 'waiting' };
}
