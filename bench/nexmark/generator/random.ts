/** A sequence of pseudo-random numbers, as one of the JDK's generators gives it. */
export interface Random {
  /** A whole number from 0 to `bound` − 1; the bound is from 1 to 2³¹ − 1. */
  below(bound: number): number;
  /** A signed 32-bit number. */
  int(): number;
  /** A number in [0, 1) made of 53 random bits. */
  double(): number;
}
