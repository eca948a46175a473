/**
 * Hands on what user code has answered, unless it is a promise: nothing waits for one, and it could answer otherwise when
 * its batch comes again.
 * @throws TypeError if it is one
 */
export function requireSettled<T>(answer: T): T {
  if (!(answer instanceof Promise)) return answer;
  // What becomes of it is nobody's concern: a rejection must not end the process.
  answer.catch(() => {});
  throw new TypeError(
    'the function answered with a promise, and functions of a pipeline can not be async; look up tables with joinLookup, ' +
      'and call services from what reads the results',
  );
}
