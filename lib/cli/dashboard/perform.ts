import { PutRecordCommand } from '@aws-sdk/client-kinesis';
import { DefinitionError } from '../../model/index.ts';
import type { DevPipeline } from '../dev/dev-app.ts';
import type { DevSession } from '../dev/session.ts';
import type { Action } from './action.ts';
import type { FaultKind, FaultSwitch } from './fault-switch.ts';
import type { MishapKind, Mishaps } from './mishaps.ts';
import { mergeNarrowest, splitWidest } from './reshard.ts';
import { placeOfSource, putItem } from './source-place.ts';
import type { Traffic } from './traffic.ts';

/** What actions act upon. */
export interface Stage {
  readonly session: DevSession;
  readonly faults: FaultSwitch;
  readonly mishaps: Mishaps;
  readonly traffic: Traffic;
}

const MISHAPS: Readonly<Record<MishapKind, string>> = {
  'kill-sandbox': 'the sandbox that takes the next batch is killed over it',
  'freeze-sandbox': 'the sandbox that takes the next batch freezes, and thaws when another has done its work',
  'drop-response': 'the answer to the next batch is dropped',
  'repeat-batch': 'the next batch is delivered twice',
  'repeat-recut': 'the next batch is delivered twice, the second time cut elsewhere',
};

const FAULTS: Readonly<Record<FaultKind, string>> = {
  none: 'DynamoDB answers again',
  throttle: 'DynamoDB throttles every second request',
  error: 'DynamoDB fails every second request',
  'lost-response': 'DynamoDB does what every second request asks for, and its answer is lost',
};

/**
 * Does what somebody asked for.
 * @returns what was done, as a sentence
 * @throws DefinitionError with what is wrong about it
 */
export async function perform(action: Action, stage: Stage): Promise<string> {
  const { session, faults, mishaps, traffic } = stage;
  const { kinesis } = session.platform;
  const pipelines = session.app?.pipelines ?? [];
  switch (action.kind) {
    case 'put-record':
      return put(session, action);
    case 'kill-sandbox':
    case 'freeze-sandbox':
    case 'drop-response':
    case 'repeat-batch':
    case 'repeat-recut':
      mishaps.arm(action.kind);
      return MISHAPS[action.kind];
    case 'fault':
      faults.kind = action.fault;
      return FAULTS[action.fault];
    case 'split-shard':
      return splitWidest(kinesis, requireStream(pipelines, action.stream));
    case 'merge-shards':
      return mergeNarrowest(kinesis, requireStream(pipelines, action.stream));
    case 'traffic':
      return setTraffic(traffic, action.perSecond);
  }
}

async function put(
  { platform, app }: DevSession,
  { source, key, text }: Extract<Action, { kind: 'put-record' }>,
): Promise<string> {
  const { kind, name } = placeOfSource(app?.pipelines ?? [], source);
  if (kind === 'table') {
    await putItem(platform.dynamodb, name, JSON.parse(text));
    return `the item is in table ${name} of source ${source}`;
  }
  const { ShardId } = await platform.kinesis.send(
    new PutRecordCommand({ StreamName: name, PartitionKey: key, Data: Buffer.from(text) }),
  );
  return `the record is in ${ShardId} of source ${source}`;
}

function setTraffic(traffic: Traffic, perSecond: number): string {
  if (!traffic.isThere) {
    throw new DefinitionError('this app has no traffic; give millrace dev a --companion that has some');
  }
  traffic.perSecond = perSecond;
  traffic.stopped = undefined;
  return perSecond === 0 ? 'the traffic stops' : `${perSecond} records a second are put`;
}

function requireStream(pipelines: readonly DevPipeline[], name: string): string {
  const names = pipelines.flatMap(({ stages }) => stages.map(({ streamName }) => streamName));
  if (names.includes(name)) return name;
  throw new DefinitionError(`there is no stream "${name}"; there is "${names.join('", "')}"`);
}
