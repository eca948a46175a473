import type {
  AttributeDefinition,
  CreateTableCommandInput,
  KeySchemaElement,
  LocalSecondaryIndex,
  ProjectionType,
  ScalarAttributeType,
  StreamViewType,
} from '@aws-sdk/client-dynamodb';
import { listAt, objectAt, oneOf, textAt, type JsonObject } from './json.ts';

export interface TableResource {
  readonly logicalId: string;
  /** Always on demand: a local table has no capacity to run out of. */
  readonly createTableInput: CreateTableCommandInput & { readonly TableName: string };
  /** The attribute that holds the expiry, in seconds since the epoch. */
  readonly ttl?: string;
}

const VIEW_TYPES: readonly StreamViewType[] = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'];
const ATTRIBUTE_TYPES: readonly ScalarAttributeType[] = ['S', 'N', 'B'];
const PROJECTION_TYPES: readonly ProjectionType[] = ['ALL', 'KEYS_ONLY', 'INCLUDE'];

/** @throws DefinitionError for a key, an index or a stream that DynamoDB doesn't have */
export function tableOf(logicalId: string, name: string, properties: JsonObject): TableResource {
  const stream = objectAt(properties, 'StreamSpecification');
  const globalIndexes = listAt(properties, 'GlobalSecondaryIndexes').map(indexOf);
  const localIndexes = listAt(properties, 'LocalSecondaryIndexes').map(indexOf);
  const ttl = textAt(objectAt(properties, 'TimeToLiveSpecification'), 'AttributeName');
  return {
    logicalId,
    createTableInput: {
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: listAt(properties, 'AttributeDefinitions').map(attributeDefinitionOf),
      KeySchema: keySchemaOf(properties),
      ...(globalIndexes.length > 0 && { GlobalSecondaryIndexes: globalIndexes }),
      ...(localIndexes.length > 0 && { LocalSecondaryIndexes: localIndexes }),
      ...(textAt(stream, 'StreamViewType') !== undefined && {
        StreamSpecification: {
          StreamEnabled: true,
          StreamViewType: oneOf(VIEW_TYPES, stream, 'StreamViewType'),
        },
      }),
    },
    ...(ttl !== undefined && { ttl }),
  };
}

function attributeDefinitionOf(definition: unknown): AttributeDefinition {
  return {
    AttributeName: textAt(definition, 'AttributeName'),
    AttributeType: oneOf(ATTRIBUTE_TYPES, definition, 'AttributeType'),
  };
}

function keySchemaOf(properties: unknown): KeySchemaElement[] {
  return listAt(properties, 'KeySchema').map((element) => ({
    AttributeName: textAt(element, 'AttributeName'),
    KeyType: oneOf(['HASH', 'RANGE'] as const, element, 'KeyType'),
  }));
}

function indexOf(index: unknown): LocalSecondaryIndex {
  const projection = objectAt(index, 'Projection');
  const attributes = listAt(projection, 'NonKeyAttributes').map(String);
  return {
    IndexName: textAt(index, 'IndexName'),
    KeySchema: keySchemaOf(index),
    Projection: {
      ProjectionType: oneOf(PROJECTION_TYPES, projection, 'ProjectionType'),
      ...(attributes.length > 0 && { NonKeyAttributes: attributes }),
    },
  };
}
