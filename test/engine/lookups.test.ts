import { describe, expect, test } from '@jest/globals';
import { externalTable, pipeline, source, type Pipeline } from 'millrace';
import { HaltError, StageTask, type Answers } from '../../lib/engine/index.ts';
import type { KnownKey, Looked } from '../../lib/joins/index.ts';
import { encodeControlRecord, FatalError, RetryableError } from '../../lib/model/index.ts';
import * as z from 'zod';
import { purchases } from '../support/looked-up-orders.ts';
import { record } from '../support/orders.ts';

const Basket = z.object({ buyer: z.string(), items: z.array(z.string()) });
const Row = z.object({ id: z.string(), next: z.string() });

/** Each item of a basket that isn't empty looks up a product, and that its maker; the partition key is a shop. */
const baskets = (options: Partial<Pick<Pipeline, 'onError'>> = {}, keyOf = (item: string) => item) =>
  pipeline('baskets', {
    ...options,
    sources: { baskets: source(Basket, { timestamp: 'arrival' }) },
    tables: { products: externalTable(Row, { key: 'id' }), shops: externalTable(Row, { key: 'id' }) },
    build: ({ baskets: stream }, { products, shops }) => ({
      makers: stream
        .filter(({ items }) => items.length > 0)
        .flatMap(({ items }) => items)
        .joinLookup('product', products, { key: keyOf, onMiss: 'drop', select: (_, { next }) => next })
        .joinLookup('maker', products, {
          key: (id) => id,
          onMiss: 'keep',
          select: (_, row) => row?.next ?? 'none',
        }),
      shops: stream.byPartitionKey().joinLookup('shop', shops, {
        key: ({ buyer }) => buyer,
        onMiss: 'keep',
        select: () => {
          throw new Error('closed');
        },
      }),
    }),
  });

const basket = (n: number, buyer: string, ...items: readonly string[]) => record(n, 'p', { buyer, items }, 0);
const found = (id: string, next: string): [string, Looked<unknown>] => [
  id,
  { kind: 'found', value: { id, next } },
];
const taskOf = (built: Pipeline): StageTask => new StageTask(built, 'baskets', 'shard-0');

describe('what a batch asks tables for', () => {
  const batch = [
    basket(1, 'ann', 'pen', 'ink'),
    basket(2, 'ann', 'pen'),
    basket(3, 'bob'),
    record(4, 'p', 'no json', 0),
    { ...record(5, 'p', '', 0), data: encodeControlRecord({ kind: 'tick' }) },
  ];

  test('is each key once, of all records that come so far', () => {
    const questions = taskOf(baskets()).questionsOf(batch, new Map());

    expect(questions).toEqual(
      new Map([
        ['products', new Set(['pen', 'ink'])],
        ['shops', new Set(['ann', 'bob'])],
      ]),
    );
  });

  test('is more where the answer to one lookup is the key of another, until nothing is left', () => {
    const task = taskOf(baskets());
    const shops = new Map<string, Looked<unknown>>([
      ['ann', { kind: 'missing' }],
      ['bob', { kind: 'missing' }],
    ]);
    const first: Answers = new Map([
      ['shops', shops],
      ['products', new Map([found('pen', 'acme'), found('ink', 'pen')])],
    ]);

    const second = task.questionsOf(batch, first);
    const last = task.questionsOf(
      batch,
      new Map([
        ['shops', shops],
        ['products', new Map([found('pen', 'acme'), found('ink', 'pen'), found('acme', 'x')])],
      ]),
    );

    expect(second).toEqual(new Map([['products', new Set(['acme'])]]));
    expect(last).toEqual(new Map());
  });

  test('leaves no trace in the task', () => {
    const task = taskOf(baskets());
    const before = [...task.state.encodeAll(10)];

    task.questionsOf(batch, new Map());

    expect(task.takeOutputs()).toEqual([]);
    expect([...task.state.encodeAll(10)]).toEqual(before);
  });

  test('is nothing where a pipeline looks up no table', () => {
    const plain = pipeline('plain', {
      sources: { baskets: source(Basket, { timestamp: 'arrival' }) },
      build: ({ baskets: stream }) => ({ stream }),
    });

    expect(taskOf(plain).questionsOf(batch, new Map())).toEqual(new Map());
  });

  test('is refused where the batch has to come again', () => {
    const answers: Answers = new Map([
      ['products', new Map([['pen', { kind: 'unknown', reason: 'timed-out' }]])],
    ]);

    expect(() => taskOf(baskets()).questionsOf(batch, answers)).toThrow(
      new RetryableError(
        'lookup "product" got no answer for "pen" from table "products" in time: timed-out; the batch is delivered again ' +
          'to ask once more',
      ),
    );
  });
});

const answers: Answers = new Map([
  ['products', new Map([found('pen', 'acme'), ['acme', { kind: 'missing' }]])],
  ['shops', new Map([found('ann', 'x')])],
]);

test('where select throws, the event goes to the dead letters and others go on', () => {
  const task = taskOf(baskets());

  task.process(basket(1, 'ann', 'pen'), answers);

  expect(task.takeOutputs()).toMatchObject([
    { kind: 'append', sink: 'makers', value: 'none' },
    { kind: 'dead-letter', operator: 'shop', reason: 'failed', message: 'closed' },
  ]);
});

test('where select throws, a pipeline that halts on errors does', () => {
  const task = taskOf(baskets({ onError: 'halt' }));

  expect(() => task.process(basket(1, 'ann', 'pen'), answers)).toThrow(HaltError);
});

test('a key function that gives something else each time is found out', () => {
  let calls = 0;
  const task = taskOf(baskets({}, (item) => `${item} ${++calls}`));

  expect(() => task.process(basket(1, 'ann', 'pen'), answers)).toThrow(
    new FatalError(
      'table "products" was not asked for "pen 1" before the batch was applied; key functions of lookups, and the steps ' +
        'before them, must give the same for the same value',
    ),
  );
});

const staleTask = (): StageTask => new StageTask(purchases({ onUnknown: 'stale' }), 'purchases', 'shard-0');

const answered = (answer: Looked<unknown>): Answers => new Map([['customers', new Map([['ann', answer]])]]);

describe('where the table gave no answer, and what it said before may be taken,', () => {
  const purchase = record(1, 'p', { id: 'p1', customer: 'ann', amount: 1, at: 0 }, 0);
  const unknown = { kind: 'unknown', reason: 'throttled' } as const;

  test.each<[string, KnownKey<unknown>, string]>([
    ['a row', { kind: 'found', value: { customerId: 'ann', region: 'north' } }, 'north'],
    ['that there was none', { kind: 'missing' }, 'unknown'],
  ])('it is %s', (_, remembered, region) => {
    const task = staleTask();

    task.process(purchase, answered({ ...unknown, stale: remembered }));

    expect(task.takeOutputs()).toContainEqual(
      expect.objectContaining({ kind: 'append', value: { id: 'p1', amount: 1, region, isStale: true } }),
    );
  });

  test('the batch comes again if it said nothing before', () => {
    expect(() => staleTask().questionsOf([purchase], answered(unknown))).toThrow(RetryableError);
  });
});
