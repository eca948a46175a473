/** How far a task has got: everything it sends from here on is not before this event time. */
export interface Progress {
  /** The stage and shard that tells. */
  readonly producer: string;
  readonly watermark: number;
  /** Every task of its stage there is: nobody's time moves on before each of them was heard. */
  readonly peers: readonly string[];
  /** It has sent its last. */
  readonly isEnded: boolean;
}
