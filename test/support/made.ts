import {
  DeleteTableCommand,
  ListTablesCommand,
  UpdateTableCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { DeleteStreamCommand, ListStreamsCommand, type KinesisClient } from '@aws-sdk/client-kinesis';

/** Runs share an endpoint: what a test makes through this client is removed by the function this returns. */
export function tableRemover(client: DynamoDBClient): () => Promise<void> {
  const made = new Set<string>();
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName === 'CreateTableCommand' && 'TableName' in args.input)
          made.add(String(args.input.TableName));
        return next(args);
      },
    { step: 'initialize' },
  );
  return async () => {
    const { TableNames = [] } = await client.send(new ListTablesCommand({}));
    for (const TableName of TableNames.filter((name) => made.has(name))) {
      const unprotected = { TableName, DeletionProtectionEnabled: false };
      await client.send(new UpdateTableCommand(unprotected)).catch(() => undefined);
      await client.send(new DeleteTableCommand({ TableName })).catch(() => undefined);
    }
  };
}

/** The same for streams. */
export function streamRemover(client: KinesisClient): () => Promise<void> {
  const made = new Set<string>();
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName === 'CreateStreamCommand' && 'StreamName' in args.input)
          made.add(String(args.input.StreamName));
        return next(args);
      },
    { step: 'initialize' },
  );
  return async () => {
    const { StreamNames = [] } = await client.send(new ListStreamsCommand({ Limit: 1000 }));
    for (const StreamName of StreamNames.filter((name) => made.has(name))) {
      await client.send(new DeleteStreamCommand({ StreamName })).catch(() => undefined);
    }
  };
}
