import { expect, test } from '@jest/globals';
import { Duration } from 'aws-cdk-lib';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { resultsTable } from 'millrace/cdk';
import { DefinitionError } from 'millrace';
import { ordersPipeline, ordersStack, type OrdersProps } from './orders-stack.ts';

test.each<[string, Partial<OrdersProps>, string]>([
  [
    'a checkpoint interval of nothing',
    { checkpointInterval: Duration.seconds(0) },
    'checkpointInterval of pipeline "orders" is "0 seconds"; it must be whole seconds from 1 second to 15 minutes, for ' +
      'example Duration.seconds(60)',
  ],
  [
    'a checkpoint interval above 15 minutes',
    { checkpointInterval: Duration.seconds(901) },
    'checkpointInterval of pipeline "orders" is "901 seconds"; it must be',
  ],
  [
    'a checkpoint interval with a part of a second',
    { checkpointInterval: Duration.millis(1500) },
    'checkpointInterval of pipeline "orders" is "1.5 seconds"; it must be whole seconds',
  ],
  [
    'a checkpoint interval that is no number',
    { checkpointInterval: Duration.seconds(Number.NaN) },
    'checkpointInterval of pipeline "orders" is "NaN seconds"; it must be whole seconds',
  ],
  [
    'an empty batch',
    { batchSize: 0 },
    'batchSize of pipeline "orders" is "0"; it must be a whole number from 1 to 10000, for example 1',
  ],
  [
    'a batch that is waited for too long',
    { batchingWindow: Duration.minutes(6) },
    'batchingWindow of pipeline "orders" is "360 seconds"; it must be whole seconds up to 5 minutes',
  ],
  ['a batch above 10,000', { batchSize: 10_001 }, 'batchSize of pipeline "orders" is "10001"; it must be'],
  [
    'a tick more often than a schedule can call',
    { tick: Duration.seconds(30) },
    'tick of pipeline "orders" is "0.5 minutes"; it must be whole minutes, at least one, for example Duration.minutes(1)',
  ],
  [
    'a time-out above that of Lambda',
    { timeout: Duration.minutes(16) },
    'timeout of pipeline "orders" is "960 seconds"; it must be whole seconds from 1 second to 15 minutes',
  ],
  [
    'less memory than a function has',
    { memorySize: 64 },
    'memorySize of pipeline "orders" is "64"; it must be a whole number from 128 to 10240, for example 128',
  ],
  ['half a shard', { shards: 0.5 }, 'shards of pipeline "orders" is "0.5"; it must be'],
])('%s is refused', (_, props, message) => {
  const build = () => ordersPipeline(props);

  expect(build).toThrow(DefinitionError);
  expect(build).toThrow(message);
});

test('an output without a sink is refused', () => {
  const sinks = { perMinute: resultsTable() } as OrdersProps['sinks'];

  const build = () => ordersPipeline({ sinks });

  expect(build).toThrow(
    new DefinitionError(
      'output "late" of pipeline "orders" is bound to "undefined"; bind each of perMinute, late, for example ' +
        'sinks: { late: resultsTable() }',
    ),
  );
});

test('a sink without an output is refused', () => {
  const sinks = { perMinute: resultsTable(), late: resultsTable(), perHour: resultsTable() };

  const build = () => ordersPipeline({ sinks });

  expect(build).toThrow(
    new DefinitionError(
      'sinks of pipeline "orders" bind "perHour", which is no output; its outputs are perMinute, late',
    ),
  );
});

test('a stream for something that is no source is refused', () => {
  const stack = ordersStack();
  const sources = { clicks: new Stream(stack, 'Clicks') } as OrdersProps['sources'];

  const build = () => ordersPipeline({ ...(sources !== undefined && { sources }) }, stack);

  expect(build).toThrow(
    new DefinitionError(
      'sources of pipeline "orders" bind "clicks", which is no source; its sources are orders',
    ),
  );
});
