import { describe, expect, test } from '@jest/globals';
import { Duration } from 'aws-cdk-lib';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { count, DefinitionError, pipeline, source, tumbling } from 'millrace';
import { resultsTable, StreamPipeline, type StreamPipelineProps } from 'millrace/cdk';
import { fileURLToPath } from 'node:url';
import { Order } from '../support/orders.ts';
import { ordersStack } from './orders-stack.ts';

const entry = fileURLToPath(new URL('../../functions/earthquakes/handler.ts', import.meta.url));

const combined = (idleAfter: string) =>
  pipeline('orders', {
    combine: 'auto',
    sources: { orders: source(Order, { timestamp: 'arrival', idleAfter: idleAfter as '1 minute' }) },
    build: ({ orders }) => ({
      perId: orders
        .keyBy(({ id }) => id)
        .window(tumbling('1 minute'))
        .aggregate('per-id', { n: count() }),
    }),
  });

type Types = NonNullable<ReturnType<typeof combined>['~types']>;
type Props = Partial<StreamPipelineProps<Types['in'], Types['out']>>;

function deploy(idleAfter: string, props: Props = {}): void {
  const stack = ordersStack();
  const sources = { orders: new Stream(stack, 'Given') };
  const own = { pipeline: combined(idleAfter), entry, sinks: { perId: resultsTable() } };
  new StreamPipeline(stack, 'Pipeline', { ...own, sources, ...props });
}

describe('a pipeline that combines events needs ticks', () => {
  test('in the streams it is given', () => {
    expect(() => deploy('3 minutes')).toThrow(
      new DefinitionError(
        'stage "orders" of pipeline "orders" combines events, and its stream gets no ticks to say when they have waited long ' +
          "enough; give tick, and tickSources: true for a stream of yours, or leave combine: 'auto' out",
      ),
    );
    expect(() => deploy('3 minutes', { tickSources: true })).not.toThrow();
  });

  test('twice before a silent sender is left out', () => {
    expect(() => deploy('2 minutes', { tickSources: true })).toThrow(
      'combines events, and ticks every 60 seconds are too rare for idleAfter "120 seconds" to be kept; let idleAfter of each ' +
        "source be more than twice as long as tick, for example '3 minutes', or leave combine: 'auto' out",
    );
    expect(() => deploy('5 minutes', { tickSources: true, tick: Duration.minutes(2) })).not.toThrow();
  });
});
