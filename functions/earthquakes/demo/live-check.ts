import { createHash } from 'node:crypto';
import type { CheckResult, CheckView, LogRecord, ResultRow, ShardLog } from 'millrace/cli';
import { Quake } from '../quake.ts';
import { rowOf, type Row } from './batch.ts';

const SIX_HOURS = 6 * 60 * 60 * 1000;
const MAX_SKEW_MS = 60 * 60 * 1000;

interface Expected {
  /** By key and window start. */
  readonly rows: ReadonlyMap<string, Row>;
  /** Ids of quakes. */
  readonly late: ReadonlySet<string>;
}

/**
 * Compares results with a plain computation while records still come in: whatever follows from records that were
 * processed for certain must be there, and nothing may be there that doesn't follow from what is in the stream. Shards
 * may have been split and merged. A row that has changed is wrong too: each window gives its result once.
 */
export function liveCheck({ logs, processed, rows }: CheckView): CheckResult {
  const all = logs['quakes'] ?? [];
  const done = all.map((shard) => upTo(shard, processed['quakes']?.get(shard.shardId)));
  const [certain, possible] = [expectedOf(done), expectedOf(all)];
  const actual = new Map(
    rows.filter(({ sink }) => sink === 'perNetwork').map((row) => [nameOf(row), row] as const),
  );
  const late = new Map(
    rows.filter(({ sink }) => sink === 'late').map((row) => [String(row.fields['value.id']), row] as const),
  );
  const problems = [
    ...[...certain.rows.keys()].filter((name) => !actual.has(name)).map((name) => `${name}: missing`),
    ...[...actual].flatMap(([name, row]) => problemOf(name, row, possible.rows.get(name))),
    ...[...certain.late].filter((id) => !late.has(id)).map((id) => `late ${id}: missing`),
    ...[...late.keys()].filter((id) => !possible.late.has(id)).map((id) => `late ${id}: not expected`),
    ...[...actual, ...late].flatMap(([name, { changes }]) =>
      changes === 1 ? [] : [`${name}: written ${changes} times`],
    ),
  ];
  const records = done.reduce((sum, shard) => sum + shard.records.length, 0);
  const summary =
    problems.length === 0
      ? `${actual.size} results and ${late.size} late records of ${records} records match a plain batch computation, each written once`
      : `${problems.length} differences from a plain batch computation over ${records} records`;
  return { isExact: problems.length === 0, summary, problems };
}

function problemOf(name: string, { fields }: ResultRow, expected: Row | undefined): readonly string[] {
  if (expected === undefined) return [`${name}: not expected`];
  const { quakes, largest, meanDepth, windowEnd } = expected;
  const isSame =
    fields['quakes'] === quakes &&
    (fields['largest'] ?? undefined) === largest &&
    (fields['meanDepth'] ?? undefined) === meanDepth &&
    fields['windowEnd'] === windowEnd;
  return isSame ? [] : [`${name}: got ${JSON.stringify(fields)}, expected ${JSON.stringify(expected)}`];
}

function nameOf({ fields }: ResultRow): string {
  return `${fields['key']} ${fields['windowStart']}`;
}

function upTo(shard: ShardLog, position: string | undefined): ShardLog {
  if (position === undefined) return { ...shard, records: [] };
  const last = BigInt(position);
  return { ...shard, records: shard.records.filter(({ sequenceNumber }) => BigInt(sequenceNumber) <= last) };
}

interface ShardResult {
  readonly isRead: boolean;
  readonly newest: number;
  /** How far each shard was whose keys it has, and its own last. */
  readonly reached: readonly Pick<ShardLog & ShardResult, 'range' | 'newest'>[];
}

/** Parents stand before their children; a key's records are never in two shards at once. */
function expectedOf(shards: readonly ShardLog[]): Expected {
  const open = new Map<string, Quake[]>();
  const rows = new Map<string, Row>();
  const late = new Set<string>();
  const results = new Map<string, ShardResult>();
  for (const { shardId, parents, range, records } of shards) {
    const before = parents.flatMap((parent) => results.get(parent) ?? []).filter(({ isRead }) => isRead);
    const begun = before.filter((each) => each.newest > Number.NEGATIVE_INFINITY);
    let newest =
      begun.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...begun.map((each) => each.newest));
    const reached = before.flatMap((parent) => parent.reached);
    for (const record of records) {
      const quake = quakeOf(record);
      if (quake === undefined) continue;
      const start = Math.floor(quake.time / SIX_HOURS) * SIX_HOURS;
      const isAhead = quake.time > record.arrivalMs + MAX_SKEW_MS;
      const newestOfKey = Math.max(
        newest,
        ...reached.filter((each) => isIn(each.range, record.partitionKey)).map((each) => each.newest),
      );
      const isLate = isAhead || start + SIX_HOURS <= newestOfKey - SIX_HOURS;
      if (quake.type === 'earthquake') {
        const name = `${record.partitionKey} ${start}`;
        if (isLate) late.add(quake.id);
        else open.set(name, [...(open.get(name) ?? []), quake]);
      }
      if (isAhead || quake.time <= newest) continue;
      newest = quake.time;
      for (const [name, quakes] of open) {
        const [key, from] = [name.slice(0, name.lastIndexOf(' ')), name.slice(name.lastIndexOf(' ') + 1)];
        if (Number(from) + SIX_HOURS > newest - SIX_HOURS || !isIn(range, key)) continue;
        rows.set(name, { ...rowOf(quakes), key });
        open.delete(name);
      }
    }
    const isRead = before.length > 0 || records.length > 0;
    results.set(shardId, { isRead, newest, reached: [...reached, { range, newest }] });
  }
  return { rows, late };
}

const parsed = new WeakMap<LogRecord, Quake | 'none'>();

function quakeOf(record: LogRecord): Quake | undefined {
  const known = parsed.get(record) ?? parse(record.data) ?? 'none';
  parsed.set(record, known);
  return known === 'none' ? undefined : known;
}

function parse(data: Uint8Array): Quake | undefined {
  try {
    return Quake.safeParse(JSON.parse(Buffer.from(data).toString())).data;
  } catch {
    return undefined;
  }
}

const hashes = new Map<string, bigint>();

/** Whether a partition key belongs to a shard: its MD5 is in the shard's range. */
function isIn([first, last]: ShardLog['range'], key: string): boolean {
  const hash = hashes.get(key) ?? BigInt(`0x${createHash('md5').update(key).digest('hex')}`);
  hashes.set(key, hash);
  return BigInt(first) <= hash && hash <= BigInt(last);
}
