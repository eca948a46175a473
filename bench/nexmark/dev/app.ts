import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { resultsTable, StreamPipeline } from 'millrace/cdk';
import { fileURLToPath } from 'node:url';
import { QUERIES } from '../queries/index.ts';

const stack = new Stack(new App(), 'Nexmark', {
  description: 'the hottest auctions of ten seconds, every two',
});

new StreamPipeline(stack, 'HotItems', {
  pipeline: QUERIES.q5.build(),
  entry: fileURLToPath(new URL('handler.ts', import.meta.url)),
  sinks: { rows: resultsTable() },
  shards: 2,
  checkpointInterval: Duration.seconds(5),
  removalPolicy: RemovalPolicy.DESTROY,
});
