export {
  decodeAggregatedRecord,
  encodeAggregatedRecord,
  hashOfUserRecord,
  mayBeAggregated,
  type AggregatedRecord,
  type UserRecord,
} from './aggregated-record.ts';
export { decode, encode } from './codec.ts';
export { decodeControlRecord, encodeControlRecord, type ControlRecord } from './control-record.ts';
export {
  DefinitionError,
  FatalError,
  messageOf,
  MillraceError,
  RetryableError,
  StateConflictError,
} from './errors.ts';
export type { Event, Late, LateEvent, LateReason } from './event.ts';
export type { SentEvent } from './event-rows.ts';
export { decodeKey, encodeKey, EVERYWHERE, type KeyValue } from './key.ts';
export { lateEvent } from './late-event.ts';
export type { CombinerOptions, Migration, Migrations, OperatorDefinition } from './operator-definition.ts';
export type { DueClock, Operator, OperatorContext, Slot, StateEntry, StateTable } from './operator.ts';
export {
  versionOf,
  type AppendOutput,
  type DeadLetterOutput,
  type DeadLetterReason,
  type Output,
  type OutputIdentity,
  type RowOutput,
  type SentOutput,
  type TableOutput,
} from './output.ts';
export {
  parcelsOf,
  standInFor,
  telling,
  TOO_LARGE,
  type HomeOf,
  type Packed,
  type Packet,
  type Parcel,
} from './parcel.ts';
export { decodeParcel, encodeParcel } from './parcel-record.ts';
export { HASH_KEYS, hashOfPartition, hashOfPartitionKey, partitionOf } from './partition.ts';
export {
  after,
  before,
  comparePositions,
  formatPosition,
  isCovered,
  parsePosition,
  SHARD_START,
  type Position,
} from './position.ts';
export type { Progress } from './progress.ts';
export type { InputRecord } from './record.ts';
export { compareSequenceNumbers, sortableSequenceNumber, type SequenceNumber } from './sequence-number.ts';
export type { StreamTypeError } from './stream-type-error.ts';
export type { WindowRange } from './window-range.ts';
