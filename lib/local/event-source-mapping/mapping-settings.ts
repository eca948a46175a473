import type { InvokeResult } from '../lambda/invoke-result.ts';
import type { Checkpoints } from './checkpoint.ts';
import type { OnFailure } from './failure-message.ts';
import type { FaultOf } from './faults.ts';
import type { RecordFilter } from './filter.ts';
import type { MappingEvent } from './mapping-event.ts';
import type { ShardConfig } from './shard-state.ts';
import type { SourceReading } from './source-reading.ts';
import type { WaitingClock } from './waiting-clock.ts';

/** Everything a run needs, with the defaults filled in. */
export interface MappingSettings extends Omit<ShardConfig, 'retentionMs'> {
  readonly reading: SourceReading;
  readonly isDelivered: RecordFilter;
  readonly invoke: (event: object) => Promise<InvokeResult>;
  readonly faultOf: FaultOf;
  readonly onEvent: (event: MappingEvent) => void;
  readonly onFailure: OnFailure | undefined;
  readonly functionArn: string;
  readonly streamArn: string;
  readonly clock: WaitingClock;
  readonly checkpoints: Checkpoints;
  readonly discoveryMs: number;
  readonly startDelayMs: number;
}
