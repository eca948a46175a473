import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { count, pipeline, source, type Pipeline } from 'millrace';
import { HaltError, StageTask } from '../../lib/engine/index.ts';
import {
  encodeAggregatedRecord,
  hashOfPartitionKey,
  type InputRecord,
  type Output,
} from '../../lib/model/index.ts';
import { aggregatedOf } from '../support/aggregated.ts';
import { purchases } from '../support/looked-up-orders.ts';
import { at, Order, order, orders, record } from '../support/orders.ts';

const newTask = (): StageTask => new StageTask(orders, 'orders', 'shard-0');

function run(task: StageTask, ...records: readonly InputRecord[]): readonly Output[] {
  for (const each of records) task.process(each);
  return task.takeOutputs();
}

const purchaseBy = (customer: string): InputRecord =>
  record(1, customer, { id: 'p', customer, amount: 1, at: 0 });

describe('user records of an aggregated record', () => {
  test('count for keys of their own, in their order', () => {
    const packed = aggregatedOf(
      order(1, 'a', '00:00:05', 2),
      order(2, 'b', '00:00:06', 4),
      order(3, 'a', '00:01:10', 8),
    );

    const outputs = run(newTask(), packed, order(4, 'b', '00:02:10'));

    expect(outputs).toMatchObject([
      { key: 'a', value: { windowStart: at('00:00:00'), total: 2 } },
      { key: 'b', value: { windowStart: at('00:00:00'), total: 4 } },
      { key: 'a', value: { windowStart: at('00:01:00'), total: 8 } },
    ]);
  });

  test('move time one after the other, so the last can be late by the one before it', () => {
    const packed = aggregatedOf(
      order(1, 'a', '00:00:05'),
      order(2, 'a', '00:01:10'),
      order(3, 'a', '00:00:30'),
    );

    const outputs = run(newTask(), packed);

    expect(outputs).toMatchObject([
      { kind: 'row', sink: 'perMinute', id: { sequenceNumber: packed.sequenceNumber, index: 0 } },
      { kind: 'append', sink: 'late', id: { sequenceNumber: packed.sequenceNumber, index: 1 } },
    ]);
  });

  test('that can not be read are dead letters each for itself, with what they are and where they were', () => {
    const packed = aggregatedOf(
      order(1, 'a', '00:00:05'),
      record(2, 'b', '{'),
      { ...order(3, 'c', '00:00:05'), data: new Uint8Array() },
      order(4, 'a', '00:01:10'),
    );

    const outputs = run(newTask(), packed);

    expect(outputs).toEqual([
      {
        kind: 'dead-letter',
        id: { stage: 'orders', shardId: 'shard-0', sequenceNumber: packed.sequenceNumber, index: 0 },
        timestamp: packed.arrival,
        reason: 'undecodable',
        operator: 'orders',
        message: expect.stringContaining('no JSON'),
        partitionKey: 'b',
        subSequenceNumber: 1,
        arrival: packed.arrival,
        data: Uint8Array.from(Buffer.from('{')),
      },
      expect.objectContaining({ reason: 'undecodable', partitionKey: 'c', subSequenceNumber: 2 }),
      expect.objectContaining({ kind: 'row', key: 'a', value: expect.objectContaining({ orders: 1 }) }),
    ]);
  });

  test('are not unpacked again', () => {
    const inner = aggregatedOf(order(1, 'a', '00:00:05'));

    const outputs = run(newTask(), aggregatedOf(inner));

    expect(outputs).toMatchObject([{ reason: 'undecodable', subSequenceNumber: 0, data: inner.data }]);
  });

  test('ask tables for what they look up', () => {
    const task = new StageTask(purchases(), 'purchases', 'shard-0');

    const questions = task.questionsOf(
      [purchaseBy('ann'), aggregatedOf(purchaseBy('bob'), purchaseBy('cid'))],
      new Map(),
    );

    expect(questions).toEqual(new Map([['customers', new Set(['ann', 'bob', 'cid'])]]));
  });
});

const failing = (onError: Pipeline['onError']): Pipeline =>
  pipeline('failing', {
    onError,
    sources: { orders: source(Order, { timestamp: 'arrival' }) },
    build: ({ orders: stream }) => ({
      totals: stream
        .filter(({ amount }) => {
          if (amount === 0) throw new Error('nothing ordered');
          return true;
        })
        .byPartitionKey()
        .aggregate('totals', { orders: count() }),
    }),
  });

describe('user code that fails on a user record', () => {
  const packed = aggregatedOf(
    order(1, 'a', '00:00:05'),
    order(2, 'b', '00:00:06', 0),
    order(3, 'a', '00:00:07'),
  );

  test('sends that one to the dead letters, and those beside it count', () => {
    const outputs = run(new StageTask(failing('quarantine'), 'orders', 'shard-0'), packed);

    expect(outputs).toMatchObject([
      { kind: 'row', key: 'a', value: { orders: 1 }, id: { index: 0 } },
      { reason: 'failed', operator: 'orders.filter', partitionKey: 'b', subSequenceNumber: 1 },
      { kind: 'row', key: 'a', value: { orders: 2 }, id: { index: 2 } },
    ]);
  });

  test('halts the shard at the aggregated record, and says which user record it was', () => {
    const task = new StageTask(failing('halt'), 'orders', 'shard-0');

    expect(() => task.process(packed)).toThrow(
      new HaltError({ ...packed, subSequenceNumber: 1 }, 'orders.filter', new Error('nothing ordered')),
    );
  });
});

describe('a user record whose hash the shard does not take', () => {
  const [hashA, hashB] = [hashOfPartitionKey('a'), hashOfPartitionKey('b')];
  const onlyA = (): StageTask => {
    const task = newTask();
    task.limitTo({ firstHash: hashA, lastHash: hashA });
    return task;
  };

  test('is a dead letter and has no other effect', () => {
    const packed = aggregatedOf(
      order(1, 'a', '00:00:05'),
      order(2, 'b', '00:05:00'),
      order(3, 'a', '00:00:06'),
    );

    const outputs = run(onlyA(), packed, order(4, 'a', '00:01:10'));

    expect(outputs).toMatchObject([
      {
        kind: 'dead-letter',
        reason: 'misplaced',
        message: expect.stringContaining('belongs to another shard'),
        partitionKey: 'b',
        subSequenceNumber: 1,
        data: order(2, 'b', '00:05:00').data,
      },
      { kind: 'row', key: 'a', value: { orders: 2 } },
    ]);
  });

  test('is told by its explicit hash key, if it has one', () => {
    const [a, b] = [order(1, 'a', '00:00:05'), order(2, 'b', '00:00:06')];
    const data = encodeAggregatedRecord([
      { ...a, explicitHashKey: hashB },
      { ...b, explicitHashKey: hashA },
    ]);

    const outputs = run(onlyA(), { ...a, data }, order(3, 'a', '00:01:10'));

    expect(outputs).toMatchObject([
      { reason: 'misplaced', partitionKey: 'a' },
      { kind: 'row', key: 'b' },
    ]);
  });

  test('asks no table for anything', () => {
    const task = new StageTask(purchases(), 'purchases', 'shard-0');
    task.limitTo({ firstHash: hashA, lastHash: hashA });

    const questions = task.questionsOf([aggregatedOf(purchaseBy('a'), purchaseBy('b'))], new Map());

    expect(questions).toEqual(new Map([['customers', new Set(['a'])]]));
  });

  test('is taken if it came by itself', () => {
    const outputs = run(onlyA(), order(1, 'b', '00:00:05'), order(2, 'b', '00:01:10'));

    expect(outputs).toMatchObject([{ kind: 'row', key: 'b', value: { orders: 1 } }]);
  });
});

describe('what only looks like an aggregated record', () => {
  const MAGIC = Buffer.from([0xf3, 0x89, 0x9a, 0xc2]);
  const packed = aggregatedOf(order(1, 'a', '00:00:05'), order(2, 'b', '00:00:05'));

  test('for its checksum is wrong, is a record nobody can read', () => {
    const data = packed.data.with(20, 0);

    expect(run(newTask(), { ...packed, data })).toMatchObject([
      {
        reason: 'undecodable',
        message: expect.stringContaining('no JSON'),
        partitionKey: packed.partitionKey,
        data,
      },
    ]);
  });

  test('and is malformed though its checksum is right, is one dead letter with all its bytes', () => {
    const cutOff = Buffer.from([0x1a, 9, 0x08]);
    const data = Buffer.concat([MAGIC, cutOff, createHash('md5').update(cutOff).digest()]);

    expect(run(newTask(), { ...packed, data })).toMatchObject([
      {
        reason: 'undecodable',
        message: 'aggregated record is malformed: field at byte 2 ends behind its message',
        partitionKey: packed.partitionKey,
        data,
      },
    ]);
  });
});
