import { App, Stack } from 'aws-cdk-lib';
import { AttributeType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { resultsTable, StreamPipeline } from 'millrace/cdk';
import { fraud } from './fraud.ts';
import { revenue } from './revenue.ts';

const app = new App();

const alerts = new Stack(app, 'Fraud');
new StreamPipeline(alerts, 'Pipeline', {
  pipeline: fraud,
  entry: 'fraud.handler.ts',
  sources: {
    payments: Stream.fromStreamArn(
      alerts,
      'Payments',
      'arn:aws:kinesis:eu-west-1:123456789012:stream/payments',
    ),
  },
  sinks: { alerts: resultsTable(), late: resultsTable() },
});

const shop = new Stack(app, 'Shop');
const orders = new Table(shop, 'Orders', {
  partitionKey: { name: 'id', type: AttributeType.STRING },
  stream: StreamViewType.NEW_AND_OLD_IMAGES,
});
new StreamPipeline(shop, 'Revenue', {
  pipeline: revenue,
  entry: 'revenue.handler.ts',
  changes: { orders },
  sinks: { perMinute: resultsTable() },
});
