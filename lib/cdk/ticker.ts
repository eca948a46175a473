import type { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { TICK_EVENT } from '../plan/index.ts';

/**
 * Lets time pass on a stream without traffic: its function is called every so often, and puts a tick into each open shard.
 * A tick that fails isn't tried again, since the next one says the same.
 */
export function createTicker(
  scope: Construct,
  id: string,
  {
    stream,
    target,
    every,
  }: { readonly stream: IStream; readonly target: IFunction; readonly every: Duration },
): Rule {
  stream.grant(target, 'kinesis:PutRecords', 'kinesis:ListShards');
  stream.encryptionKey?.grantEncrypt(target);
  return new Rule(scope, id, {
    description: 'lets windows of a stream without traffic close',
    schedule: Schedule.rate(every),
    targets: [
      new LambdaFunction(target, { event: RuleTargetInput.fromObject(TICK_EVENT), retryAttempts: 0 }),
    ],
  });
}
