import { type Fields, findTable } from './dynalite.ts';
import { fieldsAt, textAt } from './fields.ts';
import { invalid } from './service-error.ts';
import type { TableContext } from './table-operations.ts';

/** Remembers the attribute that says when an item expires. Nothing is ever expired here. */
export async function updateTimeToLive({ store, registry }: TableContext, input: Fields): Promise<Fields> {
  const name = textAt(input, 'TableName');
  await findTable(store, name, false);
  const specification = fieldsAt(input, 'TimeToLiveSpecification') ?? {};
  const attribute = textAt(specification, 'AttributeName');
  const isEnabled = specification['Enabled'] === true;
  const { expiryAttribute, ...facts } = registry.factsOf(name);
  if (isEnabled === (expiryAttribute !== undefined)) {
    throw invalid(`TimeToLive is already ${isEnabled ? 'enabled' : 'disabled'}`);
  }
  registry.save(isEnabled ? { ...facts, expiryAttribute: attribute } : facts);
  return { TimeToLiveSpecification: { Enabled: isEnabled, AttributeName: attribute } };
}

export async function describeTimeToLive({ store, registry }: TableContext, input: Fields): Promise<Fields> {
  const name = textAt(input, 'TableName');
  await findTable(store, name, false);
  const { expiryAttribute } = registry.factsOf(name);
  return {
    TimeToLiveDescription:
      expiryAttribute === undefined
        ? { TimeToLiveStatus: 'DISABLED' }
        : { TimeToLiveStatus: 'ENABLED', AttributeName: expiryAttribute },
  };
}

/** Remembers whether point-in-time recovery is on. Nothing can be restored here. */
export async function updateContinuousBackups(context: TableContext, input: Fields): Promise<Fields> {
  const { store, registry } = context;
  const name = textAt(input, 'TableName');
  await findTable(store, name, false);
  const specification = fieldsAt(input, 'PointInTimeRecoverySpecification') ?? {};
  const pointInTimeRecovery = specification['PointInTimeRecoveryEnabled'] === true;
  registry.save({ ...registry.factsOf(name), pointInTimeRecovery });
  return describeContinuousBackups(context, input);
}

export async function describeContinuousBackups(
  { store, registry }: TableContext,
  input: Fields,
): Promise<Fields> {
  const name = textAt(input, 'TableName');
  await findTable(store, name, false);
  const { pointInTimeRecovery } = registry.factsOf(name);
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: {
        PointInTimeRecoveryStatus: pointInTimeRecovery ? 'ENABLED' : 'DISABLED',
      },
    },
  };
}
