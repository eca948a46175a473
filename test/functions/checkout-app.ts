import { Duration, Stack, type App } from 'aws-cdk-lib';
import { resultsTable, StreamPipeline } from 'millrace/cdk';
import { fileURLToPath } from 'node:url';
import { checkout } from '../../functions/checkout/pipeline.ts';

const HANDLER = fileURLToPath(new URL('../../functions/checkout/handler.ts', import.meta.url));

/** The checkout as it could be deployed, with two shards of each stream. */
export function defineCheckout(app: App, props: { readonly tick?: false } = {}): void {
  new StreamPipeline(new Stack(app, 'Checkout'), 'Pipeline', {
    pipeline: checkout,
    entry: HANDLER,
    sinks: { unpaid: resultsTable(), perCustomer: resultsTable() },
    shards: 2,
    checkpointInterval: Duration.seconds(1),
    ...props,
  });
}
