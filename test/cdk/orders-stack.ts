import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { resultsTable, StreamPipeline, type StreamPipelineProps } from 'millrace/cdk';
import { fileURLToPath } from 'node:url';
import { orders } from '../support/orders.ts';

type Types = NonNullable<(typeof orders)['~types']>;
export type OrdersProps = StreamPipelineProps<Types['in'], Types['out']>;

const ENTRY = fileURLToPath(new URL('../../functions/earthquakes/handler.ts', import.meta.url));

/** A stack whose functions aren't bundled: its template differs by the hash of the code only. */
export function ordersStack(): Stack {
  return new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Orders');
}

/** The orders pipeline, with the props that matter to a test. */
export function ordersPipeline(
  props: Partial<OrdersProps> = {},
  stack: Stack = ordersStack(),
  id = 'Pipeline',
): StreamPipeline<Types['in'], Types['out']> {
  return new StreamPipeline(stack, id, {
    pipeline: orders,
    entry: ENTRY,
    sinks: { perMinute: resultsTable(), late: resultsTable() },
    ...props,
  });
}

export function templateOf(props: Partial<OrdersProps> = {}): Template {
  return Template.fromStack(Stack.of(ordersPipeline(props)));
}
