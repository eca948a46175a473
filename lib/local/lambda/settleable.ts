/** A promise and the function that settles it; only the first call counts. */
export function settleable<T>(): { readonly promise: Promise<T>; readonly settle: (value: T) => void } {
  let settle: ((value: T) => void) | undefined;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, settle: (value) => settle?.(value) };
}
