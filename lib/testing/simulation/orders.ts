/** What the records of the built-in workload hold. */
export interface Order {
  readonly at: number;
  readonly amount: number;
  /** User code throws on it. */
  readonly isPoison: boolean;
}

export const MINUTE_MS = 60_000;
export const OUT_OF_ORDER_MS = 10_000;
export const MAX_SKEW_MS = 3_600_000;
