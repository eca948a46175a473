import { isNoOp, type Change } from './change.ts';
import { ChangeStream, type StreamDefinition } from './change-stream.ts';
import type { Fields, Store } from './dynalite.ts';
import { isFields } from './fields.ts';

/** What the endpoint knows of a table and dynalite doesn't. Stored as JSON beside dynalite's own entries. */
export interface TableFacts {
  readonly table: string;
  readonly stream?: { readonly definition: StreamDefinition; readonly isEnabled: boolean };
  readonly expiryAttribute?: string;
  readonly pointInTimeRecovery?: boolean;
  readonly deletionProtection?: boolean;
  /** Shown in the table's description as they are. */
  readonly described: Fields;
}

const FACTS = 'millrace-table~';
const RUN = 'millrace-run';

/** The facts of all tables, and the streams of this run. Changes show at once and are stored in order behind. */
export class TableRegistry {
  readonly #store: Store;
  readonly #run: number;
  readonly #facts = new Map<string, TableFacts>();
  readonly #streams = new Map<string, ChangeStream>();
  #stored: Promise<void> = Promise.resolve();

  private constructor(store: Store, run: number) {
    this.#store = store;
    this.#run = run;
  }

  /** Reads what earlier runs left in the store. Stream records don't outlive a run; the streams do, empty. */
  static async open(store: Store): Promise<TableRegistry> {
    const run = Number((await store.db.get(RUN)) ?? 0) + 1;
    await store.db.put(RUN, run);
    const registry = new TableRegistry(store, run);
    for await (const value of store.db.values({ gt: FACTS, lt: `${FACTS}\u{ff}` })) {
      if (isTableFacts(value)) registry.#adopt(value);
    }
    return registry;
  }

  factsOf(table: string): TableFacts {
    return this.#facts.get(table) ?? { table, described: {} };
  }

  save(facts: TableFacts): void {
    this.#adopt(facts);
    this.#enqueue(() => this.#store.db.put(FACTS + facts.table, facts));
  }

  /** The table is gone. Its stream can still be read to its end. */
  forget(table: string): void {
    this.#activeStream(table)?.close();
    this.#facts.delete(table);
    this.#enqueue(() => this.#store.db.del(FACTS + table));
  }

  capture(change: Change, nowMs: number): void {
    const stream = this.#activeStream(change.table);
    if (stream !== undefined && !isNoOp(change)) stream.append(change, nowMs);
  }

  stream(arn: string): ChangeStream | undefined {
    return this.#streams.get(arn);
  }

  /** All streams, oldest first, those of deleted tables included. */
  streams(): readonly ChangeStream[] {
    return [...this.#streams.values()];
  }

  get run(): number {
    return this.#run;
  }

  /** Resolves when everything saved so far is stored. */
  stored(): Promise<void> {
    return this.#stored;
  }

  #activeStream(table: string): ChangeStream | undefined {
    const stream = this.#facts.get(table)?.stream;
    return stream?.isEnabled ? this.#streams.get(stream.definition.arn) : undefined;
  }

  #adopt(facts: TableFacts): void {
    this.#facts.set(facts.table, facts);
    if (facts.stream === undefined) return;
    const { definition, isEnabled } = facts.stream;
    const stream = this.#streams.get(definition.arn) ?? new ChangeStream(definition, this.#run);
    this.#streams.set(definition.arn, stream);
    if (!isEnabled) stream.close();
  }

  #enqueue(write: () => Promise<void>): void {
    this.#stored = this.#stored.then(write);
  }
}

function isTableFacts(value: unknown): value is TableFacts {
  return isFields(value) && typeof value['table'] === 'string' && isFields(value['described']);
}
