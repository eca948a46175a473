import {
  DefinitionError,
  EVERYWHERE,
  type Event,
  type Operator,
  type OperatorContext,
  type OperatorDefinition,
  type StateTable,
} from '../model/index.ts';
import { tableOf, upsert, type Table, type TableOptions, type Version } from './table.ts';

/** All rows of a broadcast table by their encoded key (text stands for itself), in the order of that. */
export type Rules<R> = ReadonlyMap<string, R>;

/** What each event makes of the rules. */
export interface BroadcastJoinOptions<L, R, Out> extends TableOptions<R> {
  /** How many rules a task keeps at most, deletions included. One more is refused and goes to the dead letters. */
  readonly maxRules: number;
  /** Any number of results for an event, given all rules as they are when it comes. */
  readonly select: (value: L, rules: Rules<R>) => Iterable<Out>;
}

type Select = (value: unknown, rules: Rules<unknown>) => Iterable<unknown>;

/**
 * State: under the reserved key the newest version of each rule, due at the end of its time to live. The rules as a map,
 * and how many there are, are derived from that.
 */
class BroadcastJoin implements Operator<Version> {
  readonly #maxRules: number;
  readonly #table: Table;
  readonly #select: Select;
  #rules: Rules<unknown> | undefined;
  #size: number | undefined;

  constructor(maxRules: number, table: Table, select: Select) {
    this.#maxRules = maxRules;
    this.#table = table;
    this.#select = select;
  }

  onEvent(event: Event, context: OperatorContext<Version>, input: number): void {
    if (input === 1) {
      this.#onRule(event, context);
      return;
    }
    this.#rules ??= rulesOf(context.state);
    const values = [...this.#select(event.value, this.#rules)];
    const { window: _, ...rest } = event;
    for (const value of values) context.emit({ ...rest, value });
  }

  onDue(): void {
    this.#rules = undefined;
    this.#size = undefined;
  }

  #onRule(event: Event, context: OperatorContext<Version>): void {
    const { key = '' } = event;
    const { state } = context;
    const isNew = state.get(EVERYWHERE, key) === undefined;
    const size = (this.#size ??= [...state.ofKey(EVERYWHERE)].length);
    if (isNew && size >= this.#maxRules) {
      throw new RangeError(
        `broadcast table holds "${this.#maxRules}" rules already, deletions included; raise maxRules, or give the ` +
          'table a ttl so that old ones are forgotten',
      );
    }
    if (!upsert(event, EVERYWHERE, key, this.#table, context)) return;
    this.#rules = undefined;
    this.#size = size + (isNew ? 1 : 0);
  }
}

function rulesOf(state: StateTable<Version>): Rules<unknown> {
  return new Map(
    [...state.ofKey(EVERYWHERE)]
      .filter(({ value }) => !value.isDeleted)
      .map(({ slot, value }): [string, unknown] => [String(slot), value.value])
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/**
 * Shows each event (input 0) all rows of a small table (input 1) as they are when it comes. The table's rows are keyed
 * by what tells them apart; the events need no key. Each task has a copy of the table: events of different shards may
 * see a change at different moments.
 *
 * @throws DefinitionError if `maxRules` is no whole number above 0, or the time to live no positive duration
 */
export function broadcastJoin<L, R, Out>(options: BroadcastJoinOptions<L, R, Out>): OperatorDefinition {
  const { maxRules } = options;
  if (!Number.isSafeInteger(maxRules) || maxRules < 1) {
    throw new DefinitionError(
      `maxRules of a broadcast join is "${maxRules}"; give a whole number of 1 or more, for example 1000`,
    );
  }
  const table = tableOf(options);
  return {
    kind: 'broadcast-join',
    shape: 'broadcast-join',
    does: `join with all of at most ${maxRules} rules`,
    keeps: `in every task ${table.keeps}, at most ${maxRules}`,
    horizonMs: table.ttlMs === Infinity ? undefined : table.ttlMs,
    delayMs: 0,
    results: 'events',
    broadcastInputs: [1],
    create: () => new BroadcastJoin(maxRules, table, options.select as Select),
  };
}
