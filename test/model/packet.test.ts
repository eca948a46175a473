import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { decodePacket, encodePacket, packetsOf, type Event, type SentOutput } from '../../lib/model/index.ts';
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

test('events of one sender and part that follow on each other travel together', () => {
  const packed = packetsOf([sent(4), sent(0, 1), sent(5), sent(0, 3, 'shard-1')]);

  expect(
    packed.map(({ packet }) => [packet.producer, packet.partition, packet.from, packet.events.length]),
  ).toEqual([
    ['orders/shard-0', 3, 4, 2],
    ['orders/shard-0', 1, 0, 1],
    ['orders/shard-1', 3, 0, 1],
  ]);
});

test('an event that is not sent again parts those before it from those after it', () => {
  const packed = packetsOf([sent(0), sent(1), sent(4), sent(5)]);

  expect(packed.map(({ packet }) => [packet.from, packet.events.map(({ event }) => event.value)])).toEqual([
    [0, [0, 1]],
    [4, [4, 5]],
  ]);
});

test('a packet is read as it was written', () => {
  const [packed] = packetsOf([sent(4), sent(5)]);
  if (packed === undefined) throw new Error('no packet');

  expect(decodePacket(encodePacket(packed.packet))).toEqual(packed.packet);
});

const scalar = fc.oneof(
  fc.string(),
  fc.double(),
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
      const packet = { producer: 'orders/shard-0', partition: 3, from: 0, events };

      expect(decodePacket(encodePacket(packet))).toEqual(packet);
    }),
  );
});

test('values that all have names of their own are read as they were written', () => {
  const events = Array.from({ length: 100 }, (_, index) => ({
    edge: 'joined.0',
    event: { value: { [`name ${index}`]: index }, timestamp: index, key: 'a' },
  }));
  const packet = { producer: 'orders/shard-0', partition: 3, from: 0, events };

  expect(decodePacket(encodePacket(packet))).toEqual(packet);
});

test('a packet of an earlier version is read', () => {
  const stored = Buffer.from(
    'AG1pbGxyYWNlAQGUrm9yZGVycy9zaGFyZC0wAwSRkqhqb2luZWQuMN4AA6V2YWx1ZQSpdGltZXN0YW1wAKNrZXmhYQ==',
    'base64',
  );

  expect(decodePacket(stored)).toEqual({
    producer: 'orders/shard-0',
    partition: 3,
    from: 4,
    events: [{ edge: 'joined.0', event: { value: 4, timestamp: 0, key: 'a' } }],
  });
});
