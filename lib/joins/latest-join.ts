import {
  decodeKey,
  type Event,
  type KeyValue,
  type Operator,
  type OperatorContext,
  type OperatorDefinition,
} from '../model/index.ts';
import type { RightOf } from './join-kind.ts';
import { tableOf, upsert, type Table, type TableOptions, type Version } from './table.ts';

/** What `select` is told beside the row and what the table holds. */
export interface LatestPairing {
  readonly key: KeyValue;
  readonly timestamp: number;
  /** Since when the version has been valid, which may be after the row; `undefined` where there is none. */
  readonly versionTimestamp: number | undefined;
}

/** How rows of a stream look up a table as it is when they come. */
export interface LatestJoinOptions<Kind extends 'inner' | 'left', L, R, Out> extends TableOptions<R> {
  readonly kind: Kind;
  readonly select: (left: L, right: RightOf<Kind, R>, pairing: LatestPairing) => Out;
}

type Select = (left: unknown, right: unknown, pairing: LatestPairing) => unknown;

const NEWEST = 'newest';

/** State: for each key the newest version of its row (input 1), due at the end of its time to live. */
class LatestJoin implements Operator<Version> {
  readonly #isInner: boolean;
  readonly #table: Table;
  readonly #select: Select;

  constructor(isInner: boolean, table: Table, select: Select) {
    this.#isInner = isInner;
    this.#table = table;
    this.#select = select;
  }

  onEvent(event: Event, context: OperatorContext<Version>, input: number): void {
    const { key = '', timestamp, value } = event;
    if (input === 1) {
      upsert(event, key, NEWEST, this.#table, context);
      return;
    }
    const newest = context.state.get(key, NEWEST)?.value;
    const version = newest?.isDeleted ? undefined : newest;
    if (version === undefined && this.#isInner) return;
    const pairing = { key: decodeKey(key), timestamp, versionTimestamp: version?.timestamp };
    context.emit({ ...event, value: this.#select(value, version?.value, pairing) });
  }

  onDue(): void {}
}

/**
 * Joins each row of a stream with what a table holds under its key at that moment of the log, be it older or newer than
 * the row. Nothing waits and nothing is late. Where results must not depend on which of two shards was faster, choose
 * `asOfJoin`.
 *
 * @throws DefinitionError if the time to live is no positive duration
 */
export function latestJoin<Kind extends 'inner' | 'left', L, R, Out>(
  options: LatestJoinOptions<Kind, L, R, Out>,
): OperatorDefinition {
  const { kind } = options;
  const table = tableOf(options);
  return {
    kind: 'latest-join',
    shape: 'latest-join',
    does: `${kind} join with what the table holds when a row comes`,
    keeps: table.keeps,
    horizonMs: table.ttlMs === Infinity ? undefined : table.ttlMs,
    delayMs: 0,
    results: 'events',
    create: () => new LatestJoin(kind === 'inner', table, options.select as Select),
  };
}
