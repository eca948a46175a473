import { PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { toAttributes } from '../../aws/attribute-value.ts';
import { isObject } from '../../local/assembly/json.ts';
import { DefinitionError } from '../../model/index.ts';
import type { DevPipeline } from '../dev/dev-app.ts';

/** Where the records of a source are put: its stream, or the table whose changes it has. */
export interface SourcePlace {
  readonly source: string;
  readonly kind: 'stream' | 'table';
  readonly name: string;
}

/** The sources of pipelines, and where each gets its records. */
export function sourcePlaces(pipelines: readonly DevPipeline[]): readonly SourcePlace[] {
  return pipelines.flatMap(({ plan, stages }) =>
    plan.stages.flatMap(({ id, input }): SourcePlace[] => {
      const name = stages.find((stage) => stage.id === id)?.streamName;
      if (input.kind !== 'source' || name === undefined) return [];
      return [{ source: id, kind: input.of ?? 'stream', name }];
    }),
  );
}

/** @throws DefinitionError if there is none */
export function placeOfSource(pipelines: readonly DevPipeline[], source: string): SourcePlace {
  const places = sourcePlaces(pipelines);
  const found = places.find((place) => place.source === source);
  if (found !== undefined) return found;
  throw new DefinitionError(
    `there is no source "${source}"; there is "${places.map((place) => place.source).join('", "')}"`,
  );
}

/**
 * Writes an item, whose change the source then has.
 * @throws DefinitionError if the value is no object
 */
export async function putItem(client: DynamoDBClient, TableName: string, value: unknown): Promise<void> {
  if (!isObject(value) || Array.isArray(value)) {
    throw new DefinitionError(
      `the record of a table is "${JSON.stringify(value)}"; give an item, as a JSON object`,
    );
  }
  await client.send(new PutItemCommand({ TableName, Item: toAttributes(value) }));
}
