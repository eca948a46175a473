/** Processing time, given to whatever needs it; only the outermost rooms read the machine's clock. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}
