/** A span of event time, start inclusive, end exclusive, in milliseconds since the Unix epoch. */
export interface WindowRange {
  readonly start: number;
  readonly end: number;
}
