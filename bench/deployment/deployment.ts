import type { Pipeline } from 'millrace';
import type { Shuffle } from '../../lib/engine/index.ts';
import {
  encodeParcel,
  hashOfPartition,
  hashOfPartitionKey,
  parcelsOf,
  telling,
} from '../../lib/model/index.ts';
import { planOf, type StagePlan } from '../../lib/plan/index.ts';
import { equalShardOf, equalShards } from '../../lib/testing/equal-shards.ts';
import { mappingWindow } from '../mapping-window.ts';
import { DeployedShard } from './deployed-shard.ts';
import { NOTHING_USED, plus, type Usage } from './usage.ts';

export interface DeploymentOptions {
  /** Of each stream. */
  readonly shards: number;
  /** Invocations of a shard until its state is journaled. */
  readonly invocationsPerWindow: number;
  /** @default 10000: as many as a mapping allows */
  readonly batchSize?: number;
}

interface DeployedStage {
  readonly plan: StagePlan;
  readonly shards: readonly DeployedShard[];
  used: Usage;
}

const FIRST_SEQUENCE_NUMBER = 10n ** 55n;
const PUT_UNIT_BYTES = 25 * 1024;
const MOST_EVENTS_OF_A_PARCEL = 5_000;

/**
 * A whole pipeline in this process: every stage and shard with its journal, handlers fed as Lambda would feed them,
 * parcels through streams of their own. Nothing fails and nothing waits; what AWS would charge for is counted.
 */
export class Deployment {
  readonly #stages: readonly DeployedStage[];
  readonly #options: Required<DeploymentOptions>;
  #sequence = FIRST_SEQUENCE_NUMBER;
  #step = 0;
  #now = 0;

  constructor(pipeline: Pipeline, options: DeploymentOptions) {
    this.#options = { batchSize: 10_000, ...options };
    this.#stages = planOf(pipeline).stages.map((plan) => ({
      plan,
      shards: equalShards(options.shards).map(
        ({ shardId }) => new DeployedShard(pipeline, plan, shardId, this.#shuffleOf(plan)),
      ),
      used: NOTHING_USED,
    }));
  }

  /** Puts a record into a source's stream. */
  put(source: string, partitionKey: string, data: Uint8Array, arrival: number): void {
    this.#now = Math.max(this.#now, arrival);
    const stage = this.#stage(source);
    const index = equalShardOf(hashOfPartitionKey(partitionKey), stage.shards.length);
    this.#append(stage, index, partitionKey, data);
  }

  /** Invokes every shard that has records, stage after stage, until none is left. */
  async run(): Promise<void> {
    this.#step += 1;
    const { invocationsPerWindow, batchSize } = this.#options;
    const window = mappingWindow(this.#step, invocationsPerWindow);
    for (const { shards } of this.#stages) {
      for (const shard of shards) {
        while (shard.waiting > batchSize) await shard.invoke(batchSize, { ...window, isEnding: false });
        if (shard.waiting > 0) await shard.invoke(batchSize, window);
      }
    }
  }

  /** By stage, all its shards together. */
  get usage(): ReadonlyMap<string, Usage> {
    return new Map(
      this.#stages.map(({ plan, shards, used }) => [
        plan.id,
        shards.reduce((total, shard) => plus(total, shard.usage), used),
      ]),
    );
  }

  /** By stage, shard by shard. */
  get usageByShard(): ReadonlyMap<string, readonly Usage[]> {
    return new Map(this.#stages.map(({ plan, shards }) => [plan.id, shards.map(({ usage }) => usage)]));
  }

  #shuffleOf({ id }: StagePlan): Shuffle {
    return {
      send: async (to, sent, progress) => {
        const stage = this.#stage(to);
        const homeOf = (partition: number): string => this.#homeOf(stage, partition);
        const parcels = parcelsOf(sent, homeOf, MOST_EVENTS_OF_A_PARCEL);
        const shards = stage.shards.map(({ shardId }) => shardId);
        for (const { parcel, outputs } of telling(parcels, progress, shards)) {
          const data = encodeParcel(parcel);
          this.#append(stage, shards.indexOf(parcel.shard), parcel.producer, data, outputs.length);
          this.#count(id, { parcels: 1, parcelBytes: data.length, putUnits: putUnitsOf(data) });
        }
        return { left: [], isTold: true };
      },
      peers: async () => this.#stage(id).shards.map(({ shardId }) => shardId),
    };
  }

  #append(
    { shards }: DeployedStage,
    index: number,
    partitionKey: string,
    data: Uint8Array,
    events?: number,
  ): void {
    this.#sequence += 1n;
    const sequenceNumber = String(this.#sequence);
    shards[index]?.put({ sequenceNumber, partitionKey, data, arrival: this.#now }, events);
  }

  #homeOf(stage: DeployedStage, partition: number): string {
    const { input } = stage.plan;
    const hash = hashOfPartition(partition, input.kind === 'shuffle' ? input.partitions : 1);
    return stage.shards[equalShardOf(hash, stage.shards.length)]?.shardId ?? '';
  }

  #count(stageId: string, used: Partial<Usage>): void {
    const stage = this.#stage(stageId);
    stage.used = plus(stage.used, { ...NOTHING_USED, ...used });
  }

  #stage(id: string): DeployedStage {
    const stage = this.#stages.find(({ plan }) => plan.id === id);
    if (stage === undefined) throw new RangeError(`pipeline has no stage "${id}"`);
    return stage;
  }
}

/** What Kinesis charges for a record. */
export function putUnitsOf(data: Uint8Array): number {
  return Math.ceil(data.length / PUT_UNIT_BYTES);
}
