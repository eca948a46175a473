import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { resultsTable, StreamPipeline } from 'millrace/cdk';
import { fileURLToPath } from 'node:url';
import { earthquakes } from '../functions/earthquakes/pipeline.ts';

const app = new App();
const stack = new Stack(app, 'Earthquakes', { description: 'quakes per seismic network and six hours' });
const checkpointSeconds: unknown = app.node.tryGetContext('checkpointSeconds');

new StreamPipeline(stack, 'Pipeline', {
  pipeline: earthquakes,
  entry: fileURLToPath(new URL('../functions/earthquakes/handler.ts', import.meta.url)),
  sinks: { perNetwork: resultsTable(), late: resultsTable() },
  shards: 2,
  checkpointInterval: Duration.seconds(Number(checkpointSeconds ?? 60)),
  removalPolicy: RemovalPolicy.DESTROY,
});
