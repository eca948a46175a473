export { asOfJoin, type AsOfJoinOptions, type AsOfPairing } from './as-of-join.ts';
export { intervalJoin, type IntervalJoinOptions } from './interval-join.ts';
export type { JoinKind, LeftOf, RightOf } from './join-kind.ts';
export { latestJoin, type LatestJoinOptions, type LatestPairing } from './latest-join.ts';
export type { Pairing, WindowPairing } from './stream-join.ts';
export { SUPERSEDED, type TableOptions } from './table.ts';
export { tableJoin, type TableJoinOptions } from './table-join.ts';
export { windowJoin, type WindowJoinOptions } from './window-join.ts';
export { broadcastJoin, type BroadcastJoinOptions, type Rules } from './broadcast-join.ts';
export { dedupe, DUPLICATES, type DedupeOptions } from './dedupe.ts';
export { BatchedLookup, type LookupClock, type LookupOptions } from './lookup/batched-lookup.ts';
export type {
  KnownKey,
  Looked,
  LookupAnswer,
  LookupFailure,
  LookupSource,
  UnknownKey,
} from './lookup/lookup-source.ts';
