import type { Construct } from 'constructs';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { resultsTable, StreamPipeline } from 'millrace/cdk';
import { purchases } from '../support/looked-up-orders.ts';
import { orders } from '../support/orders.ts';

declare const scope: Construct;
declare const stream: IStream;
const sinks = { perMinute: resultsTable(), late: resultsTable() };

const deployed = new StreamPipeline(scope, 'Pipeline', { pipeline: orders, entry: 'handler.ts', sinks });
deployed.functions.orders satisfies NodejsFunction;
deployed.streams.orders satisfies IStream;
// @ts-expect-error there is no such source
deployed.streams.clicks satisfies unknown;

new StreamPipeline(scope, 'Given', {
  pipeline: orders,
  entry: 'handler.ts',
  sinks,
  sources: { orders: stream },
});

new StreamPipeline(scope, 'NoSinks', {
  pipeline: orders,
  entry: 'handler.ts',
  // @ts-expect-error an output has no sink
  sinks: { perMinute: resultsTable() },
});

new StreamPipeline(scope, 'UnknownSink', {
  pipeline: orders,
  entry: 'handler.ts',
  // @ts-expect-error there is no such output
  sinks: { perMinute: resultsTable(), late: resultsTable(), perHour: resultsTable() },
});

new StreamPipeline(scope, 'UnknownSource', {
  pipeline: orders,
  entry: 'handler.ts',
  sinks,
  // @ts-expect-error there is no such source
  sources: { clicks: stream },
});

// @ts-expect-error sinks are not optional
new StreamPipeline(scope, 'Unbound', { pipeline: orders, entry: 'handler.ts' });

declare const customers: ITable;
const lookingUp = {
  pipeline: purchases(),
  entry: 'handler.ts',
  sinks: { placed: resultsTable(), perRegion: resultsTable() },
};

new StreamPipeline(scope, 'LookingUp', { ...lookingUp, tables: { customers } });

new StreamPipeline(scope, 'UnknownTable', {
  ...lookingUp,
  // @ts-expect-error there is no such table
  tables: { customers, products: customers },
});
