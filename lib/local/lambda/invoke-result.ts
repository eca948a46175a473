/** How a synchronous invocation of a function ended. */
export type InvokeResult =
  /** The function returned; `payload` is its JSON. */
  | { readonly kind: 'ok'; readonly payload: string }
  /** The function ran and threw, timed out, or its process ended. */
  | { readonly kind: 'function-error'; readonly errorType: string; readonly message: string }
  /** The function never saw the event: too many at once, or its sandbox could not start. */
  | { readonly kind: 'not-invoked'; readonly reason: string };
