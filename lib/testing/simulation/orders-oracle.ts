import type { Pipeline } from '../../dsl/index.ts';
import type { MemorySinks } from '../memory-sinks.ts';
import { MAX_SKEW_MS, MINUTE_MS, OUT_OF_ORDER_MS, type Order } from './orders.ts';
import type { ShardHistory } from './simulated-shards.ts';
import { hashKeyOf } from './stream-history.ts';

interface OpenWindow {
  readonly key: string;
  readonly start: number;
  readonly orders: readonly Order[];
}

/** What one shard has come to, computed from its log as plainly as it can be said. */
interface ShardResult {
  readonly isRead: boolean;
  readonly newest: number;
  readonly open: readonly OpenWindow[];
  /** How far each shard was whose keys it has, and its own last. */
  readonly reached: readonly Reached[];
}

type Reached = Pick<ShardHistory, 'firstHash' | 'lastHash'> & { readonly newest: number };

interface Expected {
  readonly rows: string[];
  readonly late: string[];
  readonly deadLetters: string[];
}

/** In what the results differ from those of a plain computation over the logs, which shares no code with the engine. */
export function ordersProblem(
  shards: readonly ShardHistory[],
  sinks: MemorySinks,
  { onError }: Pipeline,
): string | undefined {
  const expected: Expected = { rows: [], late: [], deadLetters: [] };
  const results = new Map<string, ShardResult>();
  for (const shard of shards) {
    const parents = shard.parents
      .flatMap((parent) => results.get(parent) ?? [])
      .filter(({ isRead }) => isRead);
    results.set(shard.shardId, resultOf(shard, parents, expected, onError === 'halt'));
  }
  const outputs = sinks.changes.map(({ output }) => output);
  return (
    difference(
      'rows',
      sorted(outputs.flatMap((o) => (o.kind === 'row' ? [textOf(o.value as object)] : []))),
      expected.rows,
    ) ??
    difference(
      'late',
      sorted(outputs.flatMap((o) => (o.kind === 'append' ? [lateText(o.value)] : []))),
      expected.late,
    ) ??
    difference(
      'dead letters',
      sorted(
        outputs.flatMap((o) => (o.kind === 'dead-letter' ? [`${o.id.sequenceNumber} ${o.reason}`] : [])),
      ),
      expected.deadLetters,
    )
  );
}

function resultOf(
  shard: ShardHistory,
  parents: readonly ShardResult[],
  expected: Expected,
  isHalting: boolean,
): ShardResult {
  const isOwn = ({ key }: Pick<OpenWindow, 'key'>): boolean => isIn(shard, key);
  const reached = parents.flatMap((parent) => parent.reached);
  let open = parents.flatMap((parent) => parent.open).filter(isOwn);
  const begun = parents.filter((parent) => parent.newest > -Infinity);
  let newest = begun.length === 0 ? -Infinity : Math.min(...begun.map((parent) => parent.newest));
  for (const { sequenceNumber, partitionKey: key, data, arrival } of shard.records) {
    if (data[0] === 0) newest = Infinity;
    else if (!isOwn({ key })) {
      expected.deadLetters.push(`${sequenceNumber} misplaced`);
      continue;
    } else {
      const order = parse(data);
      if (order === undefined || !('amount' in order)) {
        expected.deadLetters.push(`${sequenceNumber} ${order === undefined ? 'undecodable' : 'invalid'}`);
        continue;
      }
      const isAhead = order.at > arrival + MAX_SKEW_MS;
      const start = Math.floor(order.at / MINUTE_MS) * MINUTE_MS;
      const newestOfKey = Math.max(
        newest,
        ...reached.filter((before) => isIn(before, key)).map((before) => before.newest),
      );
      const isLate = isAhead || start + MINUTE_MS <= newestOfKey - OUT_OF_ORDER_MS;
      if (order.isPoison && !isHalting) expected.deadLetters.push(`${sequenceNumber} failed`);
      else if (!order.isPoison && isLate)
        expected.late.push(`${order.at} ${isAhead ? 'ahead-of-arrival' : 'behind-watermark'}`);
      else if (!order.isPoison) {
        const window = open.find((each) => each.key === key && each.start === start) ?? {
          key,
          start,
          orders: [],
        };
        open = [...open.filter((each) => each !== window), { ...window, orders: [...window.orders, order] }];
      }
      if (!isAhead) newest = Math.max(newest, order.at);
    }
    const isClosing = ({ start: from }: OpenWindow): boolean => from + MINUTE_MS <= newest - OUT_OF_ORDER_MS;
    expected.rows.push(...open.filter(isClosing).map(rowText));
    open = open.filter((window) => !isClosing(window));
  }
  return {
    isRead: parents.length > 0 || shard.records.length > 0,
    newest,
    open,
    reached: [...reached, { ...shard, newest }],
  };
}

function isIn({ firstHash, lastHash }: Pick<ShardHistory, 'firstHash' | 'lastHash'>, key: string): boolean {
  const hash = hashKeyOf(key);
  return firstHash <= hash && hash <= lastHash;
}

/** The same text for the same values, in whatever order they stand. */
function textOf(row: object): string {
  return JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function rowText({ key, start, orders }: OpenWindow): string {
  // Amounts are whole quarters, so plain additions are exact.
  const total = orders.reduce((sum, { amount }) => sum + amount, 0);
  const largest = Math.max(...orders.map(({ amount }) => amount));
  return textOf({
    key,
    windowStart: start,
    windowEnd: start + MINUTE_MS,
    orders: orders.length,
    total,
    largest,
  });
}

function lateText(value: unknown): string {
  const { value: order, reason } = value as { readonly value: Order; readonly reason: string };
  return `${order.at} ${reason}`;
}

function parse(data: Uint8Array): Order | { readonly at: unknown } | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(data));
  } catch {
    return undefined;
  }
}

function difference(
  what: string,
  actual: readonly string[],
  expectedUnsorted: readonly string[],
): string | undefined {
  const expected = sorted(expectedUnsorted);
  if (actual.length === expected.length && actual.every((each, index) => each === expected[index]))
    return undefined;
  const surplus = without(actual, expected);
  const missing = without(expected, actual);
  return `${what} differ: ${surplus.length} too many (${surplus[0] ?? '-'}), ${missing.length} missing (${missing[0] ?? '-'})`;
}

/** What is in `items` more often than in `others`. */
function without(items: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return items.filter((item) => {
    const index = left.indexOf(item);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

function sorted(texts: readonly string[]): readonly string[] {
  return texts.toSorted();
}
