import { FatalError } from './errors.ts';
import type { Event } from './event.ts';
import { fromRows, toRows, type EventRows } from './event-rows.ts';
import type { Packet, Parcel } from './parcel.ts';
import { contentOf, kindOf, recordWith } from './runtime-record.ts';

/** Versions before wrote each packet as a record of its own, the first of them each event by itself, and progress too. */
const PACKET_OF_EVENTS = 1;
const PROGRESS = 2;
const PACKET = 3;
const PARCEL = 4;

type StoredProgress = [watermark: number, peers: readonly string[], isEnded: boolean];
/** Of each packet its part, its first number and how many events it has; then the events of all of them. */
type StoredParcel = [
  producer: string,
  shard: string,
  packets: readonly number[],
  events: EventRows,
  progress?: StoredProgress,
];

export function encodeParcel({ producer, shard, packets, progress }: Parcel): Uint8Array {
  const numbers = packets.flatMap(({ partition, from, events }) => [partition, from, events.length]);
  const events = toRows(packets.flatMap((packet) => packet.events));
  const stored: StoredParcel = [producer, shard, numbers, events];
  if (progress !== undefined) stored.push([progress.watermark, progress.peers, progress.isEnded]);
  return recordWith(PARCEL, stored);
}

/**
 * The parcel these bytes are, or `undefined` if they are something else.
 * @param shard where they were found: what an earlier version wrote is for whoever gets it
 * @throws FatalError if they are of a later version
 */
export function decodeParcel(data: Uint8Array, shard: string): Parcel | undefined {
  const kind = kindOf(data);
  switch (kind) {
    case PARCEL:
      return parcelIn(contentOf(data) as StoredParcel);
    case PACKET:
    case PACKET_OF_EVENTS:
    case PROGRESS:
      return earlierParcel(kind, contentOf(data), shard);
    default:
      if (kind === undefined || kind < PARCEL) return undefined;
      throw new FatalError(
        `record of a shuffle is of kind "${kind}", which this version doesn't know; deploy the version that wrote it, or a ` +
          'newer one',
        { code: 'MR1001' },
      );
  }
}

function parcelIn([producer, shard, numbers, rows, progress]: StoredParcel): Parcel {
  const events = fromRows(rows);
  const packets: Packet[] = [];
  let at = 0;
  for (let index = 0; index < numbers.length; index += 3) {
    const [partition = 0, from = 0, count = 0] = numbers.slice(index, index + 3);
    packets.push({ partition, from, events: events.slice(at, at + count) });
    at += count;
  }
  if (progress === undefined) return { producer, shard, packets };
  const [watermark, peers, isEnded] = progress;
  return { producer, shard, packets, progress: { producer, watermark, peers, isEnded } };
}

type EarlierPacket<Events> = [producer: string, partition: number, from: number, events: Events];

function earlierParcel(kind: number, content: unknown, shard: string): Parcel {
  if (kind === PROGRESS) {
    const [producer, ...stored] = content as [producer: string, ...StoredProgress];
    const [watermark, peers, isEnded] = stored;
    return { producer, shard, packets: [], progress: { producer, watermark, peers, isEnded } };
  }
  if (kind === PACKET) {
    const [producer, partition, from, rows] = content as EarlierPacket<EventRows>;
    return { producer, shard, packets: [{ partition, from, events: fromRows(rows) }] };
  }
  const [producer, partition, from, stored] = content as EarlierPacket<[edge: string, event: Event][]>;
  const events = stored.map(([edge, event]) => ({ edge, event }));
  return { producer, shard, packets: [{ partition, from, events }] };
}
