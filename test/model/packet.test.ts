import { expect, test } from '@jest/globals';
import { decodePacket, encodePacket, packetsOf, type SentOutput } from '../../lib/model/index.ts';

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
