import { encodeAggregatedRecord } from '../../model/index.ts';
import type { Random } from '../random.ts';
import { ordersWorkload } from './orders-workload.ts';
import type { Workload } from './simulate.ts';
import type { ShardHistory } from './simulated-shards.ts';
import type { SimulatedRecord } from './stream-history.ts';

const MOST_IN_ONE = 6;

/** What was packed, by the bytes it was packed into: the check doesn't read them. */
const packedInto = new WeakMap<Uint8Array, readonly SimulatedRecord[]>();

/**
 * The orders of the other workload, several in one record, by someone who knows nothing of shards: it lands where the first
 * belongs, and others in it may belong elsewhere.
 */
export const aggregatedWorkload: Workload = {
  pipelines: ordersWorkload.pipelines,
  records: (random) =>
    Object.fromEntries(
      Object.entries(ordersWorkload.records(random)).map(([source, records]) => [
        source,
        packed(random, records),
      ]),
    ),
  check: (shards, sinks, pipeline) => ordersWorkload.check(shards.map(unpacked), sinks, pipeline),
};

function packed(random: Random, records: readonly SimulatedRecord[]): readonly SimulatedRecord[] {
  const all: SimulatedRecord[] = [];
  for (let from = 0; from < records.length; ) {
    const together = records.slice(from, from + 1 + random.below(MOST_IN_ONE));
    const [first] = together;
    if (first === undefined || random.chance(0.2)) {
      all.push(...together);
    } else {
      const data = encodeAggregatedRecord(together);
      packedInto.set(data, together);
      all.push({ ...first, data });
    }
    from += together.length;
  }
  return all;
}

/** The same shard, if each record had come by itself. */
function unpacked(shard: ShardHistory): ShardHistory {
  const records = shard.records.flatMap((record) => {
    const { sequenceNumber, arrival } = record;
    const together = packedInto.get(record.data) ?? [record];
    return together.map(({ partitionKey, data }) => ({ sequenceNumber, partitionKey, data, arrival }));
  });
  return { ...shard, records };
}
