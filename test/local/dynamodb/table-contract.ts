import { expect, test } from '@jest/globals';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { type Clients } from './clients.ts';

export function tableContract(connect: () => Clients): void {
  test('a table is created with everything a CloudFormation template says of it', async () => {
    const { dynamodb } = connect();

    await dynamodb.send(
      new CreateTableCommand({
        TableName: 'everything',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: ['pk', 'sk', 'owner'].map((AttributeName) => ({
          AttributeName,
          AttributeType: 'S',
        })),
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-owner',
            KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
        SSESpecification: { Enabled: true },
        TableClass: 'STANDARD',
        DeletionProtectionEnabled: true,
        Tags: [{ Key: 'team', Value: 'mill' }],
      }),
    );
    const { Table: table } = await dynamodb.send(new DescribeTableCommand({ TableName: 'everything' }));

    expect(table).toMatchObject({
      TableStatus: 'ACTIVE',
      TableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/everything',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      LatestStreamArn: `${table?.TableArn}/stream/${table?.LatestStreamLabel}`,
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      SSEDescription: { Status: 'ENABLED' },
      TableClassSummary: { TableClass: 'STANDARD' },
      DeletionProtectionEnabled: true,
    });
  });

  test('a table protected against deletion is kept', async () => {
    const { dynamodb } = connect();
    await connect().createTable('protected');
    await dynamodb.send(new UpdateTableCommand({ TableName: 'protected', DeletionProtectionEnabled: true }));

    const deletion = dynamodb.send(new DeleteTableCommand({ TableName: 'protected' }));

    await expect(deletion).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('time to live is kept and shown', async () => {
    const { dynamodb } = connect();
    await connect().createTable('expiring');
    const specification = { Enabled: true, AttributeName: 'expiresAt' };

    const updated = await dynamodb.send(
      new UpdateTimeToLiveCommand({ TableName: 'expiring', TimeToLiveSpecification: specification }),
    );
    const described = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName: 'expiring' }));

    expect(updated.TimeToLiveSpecification).toEqual(specification);
    expect(described.TimeToLiveDescription).toEqual({
      TimeToLiveStatus: 'ENABLED',
      AttributeName: 'expiresAt',
    });
  });

  test('a table without time to live says so', async () => {
    await connect().createTable('lasting');

    const { TimeToLiveDescription: description } = await connect().dynamodb.send(
      new DescribeTimeToLiveCommand({ TableName: 'lasting' }),
    );

    expect(description).toEqual({ TimeToLiveStatus: 'DISABLED' });
  });
}
