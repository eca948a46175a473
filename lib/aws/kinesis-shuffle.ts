import { PutRecordsCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import type { Shuffle } from '../engine/index.ts';
import {
  encodePacket,
  encodeProgress,
  hashOfPartition,
  packetsOf,
  standInFor,
  type Packed,
  type Progress,
  type SentOutput,
} from '../model/index.ts';
import type { SendPlan } from '../plan/index.ts';
import { putIntoEachShard } from './each-shard.ts';

/** @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const MOST_RECORDS = 500;
const MOST_REQUEST_BYTES = 4_500_000;

/** More than a packet of small events takes; larger ones are cut by their bytes. */
const MOST_EVENTS = 2_000;
/** Compressed. A shard takes 1 MiB a second: of small packets it still takes some when it is nearly full. */
const MOST_PACKET_BYTES = 256 * 1024;
/** A single event may fill a record, which has 1 MiB with its partition key. */
const MOST_EVENT_BYTES = 1_000_000;

interface Entry {
  readonly packed: Packed;
  readonly data: Uint8Array;
}

/**
 * Sends events to other stages as packets in Kinesis streams of the pipeline's own. A request holds one packet of each
 * part at most, since what fails of a request says nothing about the order of the rest.
 */
export class KinesisShuffle implements Shuffle {
  readonly #client: KinesisClient;
  readonly #peers: () => Promise<readonly string[]>;
  readonly #streams: Readonly<Record<string, string>>;
  readonly #partitions: ReadonlyMap<string, number>;

  constructor(
    client: KinesisClient,
    peers: () => Promise<readonly string[]>,
    streams: Readonly<Record<string, string>>,
    sends: readonly SendPlan[],
  ) {
    this.#client = client;
    this.#peers = peers;
    this.#streams = streams;
    this.#partitions = new Map(sends.map(({ to, partitions }) => [to, partitions]));
  }

  /** What can't be sent is handed back; it is tried again with the next batch. */
  async send(sent: readonly SentOutput[], signal?: AbortSignal): Promise<readonly SentOutput[]> {
    const left = new Set(sent);
    while (left.size > 0 && !isAborted(signal)) {
      const entries = firstOfEach(packetsOf([...left], MOST_EVENTS)).map(fitting);
      let isAnySent = false;
      for (const request of requestsOf(entries)) {
        if (isAborted(signal)) break;
        for (const { packed } of await this.#put(request)) {
          isAnySent = true;
          for (const output of packed.outputs) left.delete(output);
        }
      }
      if (!isAnySent) break;
    }
    return sent.filter((output) => left.has(output));
  }

  async announce(to: string, progress: Progress): Promise<void> {
    const Data = encodeProgress(progress);
    await putIntoEachShard(this.#client, this.#streamOf(to), { PartitionKey: progress.producer, Data });
  }

  peers(): Promise<readonly string[]> {
    return this.#peers();
  }

  /** Sends a request, and answers with those of its entries that arrived. */
  async #put(entries: readonly Entry[]): Promise<readonly Entry[]> {
    const [first] = entries;
    if (first === undefined) return [];
    const { to } = first.packed;
    const partitions = this.#partitions.get(to) ?? 1;
    const { Records = [] } = await this.#client.send(
      new PutRecordsCommand({
        StreamName: this.#streamOf(to),
        Records: entries.map(({ packed, data }) => ({
          Data: data,
          PartitionKey: `${packed.packet.producer}/${packed.packet.partition}`,
          ExplicitHashKey: String(hashOfPartition(packed.packet.partition, partitions)),
        })),
      }),
    );
    return entries.filter((_, index) => Records[index]?.SequenceNumber !== undefined);
  }

  #streamOf(to: string): string {
    const stream = this.#streams[to];
    if (stream !== undefined) return stream;
    throw new RangeError(`no stream is known for stage "${to}"; deploy the pipeline again`);
  }
}

/** The first packet of each sender and part: what comes behind it is sent when it has arrived. */
function firstOfEach(packed: readonly Packed[]): readonly Packed[] {
  const first = new Map<string, Packed>();
  for (const each of packed) {
    const name = `${each.to} ${each.packet.producer} ${each.packet.partition}`;
    if (!first.has(name)) first.set(name, each);
  }
  return [...first.values()];
}

/**
 * A packet of the size a packet should have: of one that is too large, as many of its first events as fit. An event that
 * no record can hold is replaced by what says so.
 */
function fitting(packed: Packed): Entry {
  const { packet, outputs } = packed;
  const data = encodePacket(packet);
  if (data.length <= MOST_PACKET_BYTES) return { packed, data };
  const [only] = outputs;
  if (only !== undefined && outputs.length === 1) {
    if (data.length <= MOST_EVENT_BYTES) return { packed, data };
    return { packed, data: encodePacket({ ...packet, events: [standInFor(only, data.length)] }) };
  }
  const count = Math.max(1, Math.floor((outputs.length * MOST_PACKET_BYTES) / data.length));
  return fitting({
    ...packed,
    outputs: outputs.slice(0, count),
    packet: { ...packet, events: packet.events.slice(0, count) },
  });
}

/** Requests of one stream each, no larger than allowed. */
function* requestsOf(entries: readonly Entry[]): Iterable<readonly Entry[]> {
  let request: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const isOther = request[0] !== undefined && request[0].packed.to !== entry.packed.to;
    const isFull = request.length === MOST_RECORDS || bytes + entry.data.length > MOST_REQUEST_BYTES;
    if (request.length > 0 && (isOther || isFull)) {
      yield request;
      request = [];
      bytes = 0;
    }
    request.push(entry);
    bytes += entry.data.length;
  }
  if (request.length > 0) yield request;
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
