import { Deployment } from '../deployment/deployment.ts';
import { NOTHING_USED, plus, since } from '../deployment/usage.ts';
import { flinkEvents, flinkSettings } from '../nexmark/generator/index.ts';
import type { Query } from '../nexmark/queries/index.ts';
import type { Footprint } from './model.ts';

const SHARDS = 2;
/** What a shard takes at most without aggregation; a batch a second. */
const EVENTS_PER_SECOND = SHARDS * 1_000;
/** A checkpoint interval. */
const SECONDS = 60;

/** Runs a query for two checkpoint intervals, and measures the second. */
export async function footprintOf({ build }: Query): Promise<Footprint> {
  const counted = SECONDS * EVENTS_PER_SECOND;
  const pipeline = build();
  const deployment = new Deployment(pipeline, { shards: SHARDS, invocationsPerWindow: SECONDS });
  const events = flinkEvents(flinkSettings({ events: 2 * counted, rate: EVENTS_PER_SECOND }));
  const utf8 = new TextEncoder();
  let before = deployment.usage;
  let bytes = 0;
  for (const event of events) {
    const data = utf8.encode(JSON.stringify(event));
    bytes += data.length / (2 * counted);
    deployment.put('events', String(event.seq), data, event.ts);
    if (event.seq % EVENTS_PER_SECOND !== EVENTS_PER_SECOND - 1) continue;
    await deployment.run();
    if (event.seq === counted - 1) before = deployment.usage;
  }
  const used = [...deployment.usage].map(([id, now]) => since(before.get(id) ?? NOTHING_USED, now));
  const total = used.reduce(plus, NOTHING_USED);
  return {
    bytes,
    cpuMicros: total.cpuMicros / counted,
    journalWriteUnits: (total.journal.entryUnits + total.journal.checkpointUnits) / counted,
    resultWriteUnits: total.resultUnits / counted,
    shuffledRecords: total.parcels / counted,
    shuffledBytes: total.parcelBytes / counted,
    stages: used.length,
  };
}
