/** Where an invocation stands in the tumbling windows of its mapping. */
export interface MappingWindow {
  readonly id: string;
  /** The invocation is the last of its window. */
  readonly isEnding: boolean;
}

/** The window of the invocation with this number, counted from 0, where each window has as many. */
export function mappingWindow(invocation: number, perWindow: number): MappingWindow {
  return {
    id: String(Math.floor(invocation / perWindow)),
    isEnding: invocation % perWindow === perWindow - 1,
  };
}
