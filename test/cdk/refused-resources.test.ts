import { expect, test } from '@jest/globals';
import type { App, Stack } from 'aws-cdk-lib';
import { CfnStream, Stream, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { ordersPipeline, ordersStack } from './orders-stack.ts';

function synth(stack: Stack): void {
  (stack.node.root as App).synth();
}

function mappingOf(stack: Stack): CfnEventSourceMapping {
  const mappings = stack.node.findAll().filter((each) => each instanceof CfnEventSourceMapping);
  const [mapping] = mappings;
  if (mapping === undefined) throw new Error('the stack has no mapping');
  return mapping;
}

const OF_MAPPING = 'event source mapping of stage "orders" has ';

test.each<[string, (mapping: CfnEventSourceMapping) => void, string]>([
  [
    'reads a shard with several invocations at once',
    (mapping) => (mapping.parallelizationFactor = 2),
    'ParallelizationFactor "2"; it must be 1, since a shard is one log with one writer: give the stream more shards instead',
  ],
  [
    'drops what a filter does not know',
    (mapping) => (mapping.filterCriteria = { filters: [{ pattern: '{"data":{"cents":[1]}}' }] }),
    'FilterCriteria; there must be none, since packets, ticks and whatever else is not JSON would be dropped: use ' +
      '.filter() in the pipeline instead',
  ],
  [
    'gives up after some tries',
    (mapping) => (mapping.maximumRetryAttempts = 3),
    'MaximumRetryAttempts "3"; it must be -1, since a batch that is given up is lost: leave it out, and onError at ' +
      "'quarantine' so that no record holds up the others",
  ],
  [
    'gives up on old records',
    (mapping) => (mapping.maximumRecordAgeInSeconds = 3600),
    'MaximumRecordAgeInSeconds "3600"; it must be -1, since records would be dropped before the stream drops them: leave ' +
      'it out, and give the stream a longer retention if it is needed',
  ],
  [
    'does not hear which record halts its shard',
    (mapping) => (mapping.functionResponseTypes = []),
    'FunctionResponseTypes ""; it must be "ReportBatchItemFailures", since a record that halts its shard would count as ' +
      'processed: set it',
  ],
])('a mapping that %s is refused at synthesis', (_, change, message) => {
  const stack = ordersStack();
  ordersPipeline({}, stack);
  change(mappingOf(stack));

  const synthesis = () => synth(stack);

  expect(synthesis).toThrow(`${OF_MAPPING}${message}`);
});

test('a stream that ignores partition keys is refused at synthesis', () => {
  const stack = ordersStack();
  const given = new Stream(stack, 'Given', { streamMode: StreamMode.ON_DEMAND });
  ordersPipeline({ sources: { orders: given } }, stack);
  const { defaultChild: resource } = given.node;
  if (resource instanceof CfnStream) resource.recordDistributionStrategy = 'AUTO';

  const synthesis = () => synth(stack);

  expect(synthesis).toThrow(
    'stream "Orders/Given" has RecordDistributionStrategy "AUTO", which ignores partition keys; it must be ' +
      '"USER_PARTITION_KEY": leave recordDistributionStrategy out',
  );
});
