import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  decodeParcel,
  encodeParcel,
  parcelsOf,
  telling,
  type Event,
  type Packet,
  type Parcel,
  type Progress,
  type SentEvent,
  type SentOutput,
} from '../../lib/model/index.ts';
import { holds } from '../support/properties.ts';

const sent = (number: number, partition = 3, shardId = 'shard-0'): SentOutput => ({
  kind: 'sent',
  id: { stage: 'orders', shardId, sequenceNumber: '1', index: 0 },
  timestamp: 0,
  to: 'joined-shuffle',
  edge: 'joined.0',
  partition,
  number,
  event: { value: number, timestamp: 0, key: 'a' },
});

const HOME = 'shard-9';
const packetsIn = (packets: readonly Packet[]): readonly unknown[] =>
  packets.map(({ partition, from, events }) => [partition, from, events.map(({ event }) => event.value)]);

const halves = (partition: number): string => (partition < 3 ? 'low' : 'high');

test('events of one sender for parts that are at home in one shard travel together', () => {
  const packed = parcelsOf([sent(4), sent(0, 1), sent(5), sent(7, 4), sent(0, 3, 'shard-1')], halves);

  expect(
    packed.map(({ parcel: { producer, shard, packets } }) => [producer, shard, packetsIn(packets)]),
  ).toEqual([
    [
      'orders/shard-0',
      'high',
      [
        [3, 4, [4, 5]],
        [4, 7, [7]],
      ],
    ],
    ['orders/shard-0', 'low', [[1, 0, [0]]]],
    ['orders/shard-1', 'high', [[3, 0, [0]]]],
  ]);
});

test('an event that is not sent again parts those before it from those after it', () => {
  const [packed] = parcelsOf([sent(0), sent(1), sent(4), sent(5)], () => HOME);

  expect(packetsIn(packed?.parcel.packets ?? [])).toEqual([
    [3, 0, [0, 1]],
    [3, 4, [4, 5]],
  ]);
});

test('more events than a parcel may hold go on in another', () => {
  const packed = parcelsOf([sent(0), sent(0, 1), sent(1)], () => HOME, 2);

  expect(packed.map(({ parcel }) => packetsIn(parcel.packets))).toEqual([
    [
      [3, 0, [0]],
      [1, 0, [0]],
    ],
    [[3, 1, [1]]],
  ]);
});

const progress: Progress = {
  producer: 'orders/shard-0',
  watermark: 7,
  peers: ['orders/shard-0', 'orders/shard-1'],
  isEnded: false,
};

const toldIn = (packed: ReturnType<typeof parcelsOf>): readonly unknown[] =>
  packed.map(({ parcel }) => [parcel.shard, parcel.packets.length, parcel.progress?.watermark]);

describe('how far a sender has got', () => {
  test('goes with its last parcel for a shard, and alone where there is none', () => {
    const packed = parcelsOf([sent(0), sent(1), sent(2)], () => HOME, 2);

    expect(toldIn(telling(packed, progress, [HOME, 'shard-10']))).toEqual([
      [HOME, 1, undefined],
      [HOME, 1, 7],
      ['shard-10', 0, 7],
    ]);
  });

  test('comes behind what is sent for another', () => {
    const packed = parcelsOf([sent(0), sent(0, 3, 'shard-1')], () => HOME);

    expect(toldIn(telling(packed, progress, [HOME]))).toEqual([
      [HOME, 1, undefined],
      [HOME, 1, undefined],
      [HOME, 0, 7],
    ]);
  });

  test('is left out for a shard that knows', () => {
    expect(
      toldIn(
        telling(
          parcelsOf([sent(0)], () => HOME),
          progress,
          [],
        ),
      ),
    ).toEqual([[HOME, 1, undefined]]);
  });

  test('is read as it was written', () => {
    const parcel = { ...parcelWith([]), progress };

    expect(decodeParcel(encodeParcel(parcel), 'another')).toEqual(parcel);
  });
});

/** A parcel of two packets, or of as many as there are events for. */
function parcelWith(events: readonly SentEvent[]): Parcel {
  const half = Math.ceil(events.length / 2);
  const packets = [
    { partition: 3, from: 4, events: events.slice(0, half) },
    { partition: 7, from: 0, events: events.slice(half) },
  ];
  return { producer: 'orders/shard-0', shard: HOME, packets };
}

const scalar = fc.oneof(
  fc.string(),
  // MessagePack has no -0.
  fc.double().map((number) => number + 0),
  fc.boolean(),
  fc.constantFrom(null, undefined),
  fc.bigInt(),
);
const value = fc.oneof(
  scalar,
  fc.array(scalar),
  fc.date({ noInvalidDate: true }),
  fc.dictionary(
    fc.constantFrom('a', 'b', '0', 'toString'),
    fc.oneof(scalar, fc.dictionary(fc.string(), scalar)),
  ),
);
const event: fc.Arbitrary<Event> = fc.record(
  {
    value,
    timestamp: fc.integer(),
    key: fc.string(),
    window: fc.record({ start: fc.integer(), end: fc.integer() }),
    row: fc.string(),
    change: fc.constantFrom('update', 'last', 'retract'),
    isAhead: fc.constant(true),
  },
  { requiredKeys: ['value', 'timestamp'] },
);

test('events of any shape are read as they were written, in their order', () => {
  holds(
    fc.property(fc.array(fc.record({ edge: fc.constantFrom('joined.0', 'joined.1'), event })), (events) => {
      const parcel = parcelWith(events);

      expect(decodeParcel(encodeParcel(parcel), 'another')).toEqual(parcel);
    }),
  );
});

test('values that all have names of their own are read as they were written', () => {
  const events = Array.from({ length: 100 }, (_, index) => ({
    edge: 'joined.0',
    event: { value: { [`name ${index}`]: index }, timestamp: index, key: 'a' },
  }));
  const parcel = parcelWith(events);

  expect(decodeParcel(encodeParcel(parcel), 'another')).toEqual(parcel);
});

const packetOfBefore = {
  producer: 'orders/shard-0',
  shard: HOME,
  packets: [
    { partition: 3, from: 4, events: [{ edge: 'joined.0', event: { value: 4, timestamp: 0, key: 'a' } }] },
  ],
};

test('a packet of an earlier version is a parcel for whoever gets it', () => {
  const stored = [
    'AG1pbGxyYWNlAQGUrm9yZGVycy9zaGFyZC0wAwSRkqhqb2luZWQuMN4AA6V2YWx1ZQSpdGltZXN0YW1wAKNrZXmhYQ==',
    'AG1pbGxyYWNlAwGUrm9yZGVycy9zaGFyZC0wAwSSkZOoam9pbmVkLjDUAADClAAAoWEE',
  ].map((base64) => Buffer.from(base64, 'base64'));

  const read = stored.map((data) => decodeParcel(data, HOME));

  expect(read).toEqual([packetOfBefore, packetOfBefore]);
});

test('a record of a later version is waited for the code of', () => {
  const data = encodeParcel(parcelWith([]));
  data[9] = 5;

  expect(() => decodeParcel(data, HOME)).toThrow(
    'record of a shuffle is of kind "5", which this version doesn\'t know; deploy the version that wrote it, or a newer one',
  );
});

test('what is no record of the runtime is no parcel', () => {
  expect(decodeParcel(Buffer.from('{}'), HOME)).toBeUndefined();
});
