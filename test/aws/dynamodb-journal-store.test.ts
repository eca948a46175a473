import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from '@jest/globals';
import { DynamoDbJournalStore } from '../../lib/aws/index.ts';
import { JOURNAL_KEY } from '../../lib/plan/index.ts';
import { startDynamoDbEndpoint, type DynamoDbEndpoint } from '../../lib/local/dynamodb/index.ts';
import { journalStoreContract } from '../journal/store-contract.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

for (const omitOldItemOnConditionFailure of [false, true]) {
  let endpoint: DynamoDbEndpoint;
  let client: DynamoDBClient;
  let tables = 0;

  beforeAll(async () => {
    endpoint = await startDynamoDbEndpoint({ omitOldItemOnConditionFailure });
    client = new DynamoDBClient({ endpoint: endpoint.url, region: 'us-east-1', credentials });
  });

  afterAll(async () => {
    client.destroy();
    await endpoint.close();
  });

  const suffix = omitOldItemOnConditionFailure
    ? ', on an endpoint that does not hand back the losing item'
    : '';
  journalStoreContract(`the journal store in DynamoDB${suffix}`, async (slots) => {
    tables += 1;
    const TableName = `journal-${tables}`;
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: JOURNAL_KEY.partition, AttributeType: 'S' },
          { AttributeName: JOURNAL_KEY.sort, AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: JOURNAL_KEY.partition, KeyType: 'HASH' },
          { AttributeName: JOURNAL_KEY.sort, KeyType: 'RANGE' },
        ],
      }),
    );
    return new DynamoDbJournalStore(client, TableName, slots);
  });
}
