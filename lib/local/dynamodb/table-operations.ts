import { streamArn, tableArn } from './arn.ts';
import type { ViewType } from './change-stream.ts';
import {
  describedIn,
  execute,
  type Fields,
  findTable,
  type KeySchema,
  type Store,
  type Table,
  validate,
} from './dynalite.ts';
import { fieldsAt, isFields, textAt } from './fields.ts';
import { invalid, ServiceError } from './service-error.ts';
import { settling } from './store-views.ts';
import type { TableFacts, TableRegistry } from './table-facts.ts';

export interface TableContext {
  readonly store: Store;
  readonly registry: TableRegistry;
  readonly now: () => number;
  readonly createTableMs: number;
}

/** What UpdateTable leaves to dynalite; the rest is kept in the table's facts. */
const THROUGHPUT_FIELDS = ['BillingMode', 'ProvisionedThroughput', 'GlobalSecondaryIndexUpdates'];
const OWN_FIELDS = [
  'StreamSpecification',
  'SSESpecification',
  'DeletionProtectionEnabled',
  'TableClass',
  'OnDemandThroughput',
  'WarmThroughput',
];

/** With no creation time set, the table is usable when this answers. */
export async function createTable(context: TableContext, input: Fields): Promise<Fields> {
  const { store, registry } = context;
  const specification = streamSpecificationOf(input);
  const view = settling(store);
  const table = describedIn(await execute(view.store, 'CreateTable', input));
  const fresh = { table: textAt(input, 'TableName'), described: {} };
  // Before the table can be written to: dynalite activates it in a later turn of the event loop.
  registry.save(applyStream(applySettings(fresh, input), specification, table.KeySchema, context));
  if (Array.isArray(input['Tags']) && input['Tags'].length > 0) {
    await execute(store, 'TagResource', { ResourceArn: tableArn(fresh.table), Tags: input['Tags'] });
  }
  if (context.createTableMs === 0) await view.settled;
  return { TableDescription: describe(table, registry.factsOf(fresh.table)) };
}

export async function describeTable({ store, registry }: TableContext, input: Fields): Promise<Fields> {
  validate(store, 'DescribeTable', input);
  const name = textAt(input, 'TableName');
  return { Table: describe(await findTable(store, name, false), registry.factsOf(name)) };
}

export async function updateTable(context: TableContext, input: Fields): Promise<Fields> {
  const { store, registry } = context;
  const name = textAt(input, 'TableName');
  const { KeySchema: keySchema } = await findIdleTable(store, name);
  const specification = streamSpecificationOf(input);
  const facts = applyStream(applySettings(registry.factsOf(name), input), specification, keySchema, context);
  const isForDynalite = THROUGHPUT_FIELDS.some((field) => input[field] !== undefined);
  const isForFacts = OWN_FIELDS.some((field) => input[field] !== undefined);
  if (isForDynalite || !isForFacts) {
    const view = settling(store);
    await execute(view.store, 'UpdateTable', input);
    await view.settled;
  }
  registry.save(facts);
  return { TableDescription: describe(await findTable(store, name, false), facts) };
}

export async function deleteTable({ store, registry }: TableContext, input: Fields): Promise<Fields> {
  const name = textAt(input, 'TableName');
  const facts = registry.factsOf(name);
  if (facts.deletionProtection) {
    throw invalid(
      'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    );
  }
  const view = settling(store);
  const table = describedIn(await execute(view.store, 'DeleteTable', input));
  registry.forget(name);
  await view.settled;
  return { TableDescription: describe(table, facts) };
}

/** A table no operation is under way on: dynalite writes the whole description again when one ends. */
export async function findIdleTable(store: Store, name: string): Promise<Table> {
  const table = await findTable(store, name, false);
  if (table.TableStatus === 'ACTIVE') return table;
  throw new ServiceError(
    'ResourceInUseException',
    `Attempt to change a resource which is still in use: Table: ${name} is ${table.TableStatus}`,
  );
}

function describe(table: Table, { stream, deletionProtection, described }: TableFacts): Fields {
  return {
    ...table,
    DeletionProtectionEnabled: deletionProtection ?? false,
    ...described,
    ...(stream && { LatestStreamArn: stream.definition.arn, LatestStreamLabel: stream.definition.label }),
    ...(stream?.isEnabled && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: stream.definition.viewType },
    }),
  };
}

function applySettings(facts: TableFacts, input: Fields): TableFacts {
  const protection = input['DeletionProtectionEnabled'];
  const sse = fieldsAt(input, 'SSESpecification');
  const { SSEDescription: _, ...unencrypted } = facts.described;
  return {
    ...facts,
    ...(typeof protection === 'boolean' && { deletionProtection: protection }),
    described: {
      ...(sse === undefined ? facts.described : unencrypted),
      ...(sse?.['Enabled'] === true && { SSEDescription: { Status: 'ENABLED', SSEType: 'KMS' } }),
      ...(input['TableClass'] !== undefined && { TableClassSummary: { TableClass: input['TableClass'] } }),
      ...(input['OnDemandThroughput'] !== undefined && { OnDemandThroughput: input['OnDemandThroughput'] }),
      ...(isFields(input['WarmThroughput']) && {
        WarmThroughput: { ...input['WarmThroughput'], Status: 'ACTIVE' },
      }),
    },
  };
}

type StreamSpecification =
  | { readonly isEnabled: false }
  | { readonly isEnabled: true; readonly viewType: ViewType };

function streamSpecificationOf(input: Fields): StreamSpecification | undefined {
  const specification = fieldsAt(input, 'StreamSpecification');
  if (specification === undefined) return undefined;
  const { StreamEnabled: isEnabled, StreamViewType: viewType } = specification;
  if (isEnabled !== true) return { isEnabled: false };
  if (isViewType(viewType)) return { isEnabled, viewType };
  throw invalid(
    `1 validation error detected: Value '${String(viewType)}' at 'streamSpecification.streamViewType' failed to ` +
      'satisfy constraint: Member must satisfy enum value set: [NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES, KEYS_ONLY]',
  );
}

function isViewType(value: unknown): value is ViewType {
  return (
    value === 'KEYS_ONLY' || value === 'NEW_IMAGE' || value === 'OLD_IMAGE' || value === 'NEW_AND_OLD_IMAGES'
  );
}

function applyStream(
  facts: TableFacts,
  specification: StreamSpecification | undefined,
  keySchema: KeySchema,
  { registry, now }: TableContext,
): TableFacts {
  const { table, stream } = facts;
  if (specification === undefined) return facts;
  if (!specification.isEnabled) {
    return stream === undefined ? facts : { ...facts, stream: { ...stream, isEnabled: false } };
  }
  if (stream?.isEnabled) throw invalid(`Table already has an enabled stream: TableName: ${table}`);
  const { viewType } = specification;
  let createdMs = now();
  while (registry.stream(streamArn(table, labelOf(createdMs)))) createdMs += 1;
  const label = labelOf(createdMs);
  const arn = streamArn(table, label);
  return {
    ...facts,
    stream: { isEnabled: true, definition: { arn, label, table, viewType, keySchema, createdMs } },
  };
}

/** As the service writes it: an instant to the millisecond, without a zone. */
function labelOf(createdMs: number): string {
  return new Date(createdMs).toISOString().slice(0, -1);
}
