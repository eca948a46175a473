import { DefinitionError } from '../model/index.ts';
import { checkLookups } from './check-lookups.ts';
import type { ExternalTable, ExternalTableSpec } from './external-table.ts';
import { Flow } from './flow.ts';
import { ancestryOf, isLookup, isOperator, type Node, type SourceNode } from './nodes.ts';
import type { SourceSpec } from './source.ts';
import { Stream } from './streams.ts';

/** Any source, whatever its records are. */
// oxlint-disable-next-line typescript/no-explicit-any
type AnySource = SourceSpec<any>;

/** Any table outside, whatever its rows are. */
// oxlint-disable-next-line typescript/no-explicit-any
type AnyTable = ExternalTableSpec<any, any, any>;

// Empty by intent: no name is one of a table.
// oxlint-disable-next-line typescript/no-generated-empty-object-type
type NoTables = Record<never, never>;

type StreamsOf<Sources> = {
  readonly [Name in keyof Sources]: Sources[Name] extends SourceSpec<infer T> ? Stream<T> : never;
};

type InputsOf<Sources> = {
  readonly [Name in keyof Sources]: Sources[Name] extends SourceSpec<infer T> ? T : never;
};

type BoundTables<Tables> = {
  readonly [Name in keyof Tables]: Tables[Name] extends ExternalTableSpec<infer K, infer V>
    ? ExternalTable<K, V>
    : never;
};

type TablesOf<Tables> = {
  readonly [Name in keyof Tables]: Tables[Name] extends ExternalTableSpec<infer K, unknown, infer Stored>
    ? { readonly key: K; readonly row: Stored }
    : never;
};

type OutputsOf<Outputs> = {
  readonly [Name in keyof Outputs]: Outputs[Name] extends Flow<infer T> ? T : never;
};

/** When results are delivered. */
export type DeliveryPolicy = 'eager' | 'transactional';

/**
 * Whether events are folded by key and pane where they are sent from. `drain` sends on what was combined before, and
 * combines nothing more.
 */
export type CombinePolicy = 'auto' | 'drain' | 'off';

/** What happens to a record on which a user function fails. */
export type ErrorPolicy = 'quarantine' | 'halt';

/**
 * A pipeline as it is defined: named streams in, named streams out. It does nothing until it is planned, deployed or
 * tested. `In` and `Out` are what its sources take and its sinks give, `Tables` the keys and rows of tables outside, by
 * name.
 */
export interface Pipeline<
  In extends object = object,
  Out extends object = object,
  Tables extends object = object,
> {
  readonly name: string;
  readonly onError: ErrorPolicy;
  readonly delivery: DeliveryPolicy;
  readonly combine: CombinePolicy;
  readonly forgets: readonly string[];
  readonly sources: { readonly [Name in keyof In]: SourceNode };
  readonly sinks: { readonly [Name in keyof Out]: Node };
  readonly tables: { readonly [Name in keyof Tables]: ExternalTable };
  /** Only for the compiler. */
  readonly '~types'?: { readonly in: In; readonly out: Out; readonly tables: Tables };
}

/** A pipeline as it is declared: what comes in, what is done with it, and what holds for all of it. */
export interface PipelineDefinition<Sources, Outputs, Tables = object> {
  /** What comes in, by name. The names bind streams when the pipeline is deployed. */
  readonly sources: Sources;
  /**
   * Tables outside that events are joined with, by name. The names bind tables when the pipeline is deployed.
   * @default none
   */
  readonly tables?: Tables;
  /** Builds the outputs from the sources, and from the tables. The keys of what it returns name the sinks. */
  readonly build: (sources: StreamsOf<Sources>, tables: BoundTables<Tables>) => Outputs;
  /**
   * `quarantine` sends a record on which a user function throws to the dead letters and goes on; `halt` stops the
   * shard at it until the code is mended.
   * @default 'quarantine'
   */
  readonly onError?: ErrorPolicy;
  /**
   * `eager` delivers a result as soon as it is computed; after a crash it is computed and delivered again, to no effect.
   * `transactional` delivers it only once the journal holds it, so nothing is ever seen that a newer version of the code
   * could compute differently; it waits for the checkpoint.
   * A stage that looks up tables delivers in that way in any case, and journals each batch.
   * @default 'eager'
   */
  readonly delivery?: DeliveryPolicy;
  /**
   * `auto` folds events by key and window before they are sent to where they meet, wherever the results are the same: then a
   * key however hot doesn't slow the stage behind. It costs the senders state: up to 1,000 entries each. It
   * needs ticks on the streams of its sources, and an `idleAfter` of more than two of them. To go back to `off` deploy
   * `drain` until all that was held is sent on, then name the combiners in `forgets`.
   * @default 'off'
   */
  readonly combine?: CombinePolicy;
  /**
   * Ids of operators the pipeline had once. Their stored state is dropped; without this, code that doesn't know an
   * operator refuses to touch a journal that holds its state.
   * @default none
   */
  readonly forgets?: readonly string[];
}

const NAME = /^[a-z][a-z0-9-]{0,47}$/;
const STREAM_NAME = /^[A-Za-z][A-Za-z0-9]{0,47}$/;

/**
 * Defines a pipeline. `build` runs at once and only describes: nothing flows, nothing is read.
 *
 * @example
 * export const clicks = pipeline('clicks', {
 *   sources: { clicks: source(Click, { timestamp: (click) => click.at, outOfOrder: '10 seconds' }) },
 *   build: ({ clicks }) => ({
 *     perMinute: clicks.byPartitionKey().window(tumbling('1 minute')).aggregate('per-minute', { clicks: count() }),
 *   }),
 * });
 *
 * @throws DefinitionError if a name, an id or a connection makes no sense
 */
export function pipeline<
  const Sources extends Readonly<Record<string, AnySource>>,
  // oxlint-disable-next-line typescript/no-explicit-any
  const Outputs extends Readonly<Record<string, Flow<any>>>,
  const Tables extends Readonly<Record<string, AnyTable>> = NoTables,
>(
  name: string,
  definition: PipelineDefinition<Sources, Outputs, Tables>,
): Pipeline<InputsOf<Sources>, OutputsOf<Outputs>, TablesOf<Tables>> {
  requireName('pipeline', name, NAME, "lower-case letters, digits and '-', for example 'orders-per-minute'");
  const sources = mapValues(definition.sources, (spec, sourceName): SourceNode => {
    requireName('source', sourceName, STREAM_NAME, "letters and digits, for example 'orders'");
    return Object.freeze({ kind: 'source', name: sourceName, spec });
  });
  // One stream for each source: the mapped type says so, the compiler can't follow it through the mapping.
  const streams = mapValues(sources, (node) => new Stream(node)) as unknown as StreamsOf<Sources>;
  const tables = mapValues<AnyTable, ExternalTable>(definition.tables ?? {}, (spec, tableName) => {
    requireName('table', tableName, STREAM_NAME, "letters and digits, for example 'customers'");
    return Object.freeze({ name: tableName, spec });
  });
  const outputs = definition.build(streams, tables as BoundTables<Tables>);
  const sinks = mapValues(outputs, (output, sinkName): Node => {
    requireName('output', sinkName, STREAM_NAME, "letters and digits, for example 'perMinute'");
    if (output instanceof Flow) return output.node;
    throw new DefinitionError(
      `output "${sinkName}" of pipeline "${name}" is "${describe(output)}"; return streams, for example ` +
        '{ perMinute: orders.byPartitionKey().window(…).aggregate(…) }',
    );
  });
  const { onError = 'quarantine', delivery = 'eager', combine = 'off', forgets = [] } = definition;
  checkConnections(name, Object.values(sources), Object.values(sinks), forgets);
  checkLookups(name, Object.values(tables), Object.values(sinks));
  return Object.freeze({
    name,
    onError,
    delivery,
    combine,
    forgets: Object.freeze([...forgets]),
    sources,
    sinks,
    tables,
  }) as Pipeline<InputsOf<Sources>, OutputsOf<Outputs>, TablesOf<Tables>>;
}

function checkConnections(
  name: string,
  sources: readonly SourceNode[],
  sinks: readonly Node[],
  forgets: readonly string[],
): void {
  if (sinks.length === 0) {
    throw new DefinitionError(`pipeline "${name}" has no outputs; return at least one stream from build`);
  }
  const nodes = new Set(ancestryOf(...sinks));
  const unused = sources.find((node) => !nodes.has(node));
  if (unused !== undefined) {
    throw new DefinitionError(
      `source "${unused.name}" of pipeline "${name}" leads to no output; use it in build or remove it`,
    );
  }
  const stray = [...nodes].find((node) => node.kind === 'source' && !sources.includes(node));
  if (stray?.kind === 'source') {
    throw new DefinitionError(
      `pipeline "${name}" uses source "${stray.name}" of another pipeline; use the streams given to its own build`,
    );
  }
  const ids = new Set<string>();
  for (const node of nodes) {
    if (!isOperator(node) && !isLookup(node)) continue;
    requireName('operator', node.id, NAME, "lower-case letters, digits and '-', for example 'per-minute'");
    if (ids.has(node.id)) {
      throw new DefinitionError(
        `pipeline "${name}" has two operators with the id "${node.id}"; an id ties state to one operator, give each its own`,
      );
    }
    ids.add(node.id);
  }
  const alive = forgets.find((id) => ids.has(id));
  if (alive !== undefined) {
    throw new DefinitionError(
      `pipeline "${name}" forgets operator "${alive}" and has it as well; take it out of "forgets" or give the operator ` +
        'a new id',
    );
  }
}

function requireName(what: string, name: string, shape: RegExp, allowed: string): void {
  if (shape.test(name)) return;
  throw new DefinitionError(`${what} is called "${name}"; allowed are up to 48 ${allowed}`);
}

function mapValues<T, U>(
  record: Readonly<Record<string, T>>,
  map: (value: T, name: string) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  // An object without a prototype has no constructor, whatever its type says.
  return value.constructor?.name ?? 'Object';
}
