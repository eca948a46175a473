export { intervalJoin, type IntervalJoinOptions } from './interval-join.ts';
export type { JoinKind, LeftOf, RightOf } from './join-kind.ts';
export type { Pairing, WindowPairing } from './stream-join.ts';
export { windowJoin, type WindowJoinOptions } from './window-join.ts';
