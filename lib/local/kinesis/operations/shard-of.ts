import type { Shard as ShardDescription } from '@aws-sdk/client-kinesis';
import { ACCOUNT } from '../account.ts';
import { KinesisError } from '../errors.ts';
import { type Input, requiredText } from '../input.ts';
import type { Shard } from '../shard.ts';
import type { Stream } from '../stream.ts';

export const SHARD_ID = { maxLength: 128, pattern: /^[a-zA-Z0-9_.-]+$/ };

/** The shard a request names in `member`; throws ResourceNotFoundException. */
export function shardOf(stream: Stream, input: Input, member: string): Shard {
  const id = requiredText(input, member, SHARD_ID);
  const shard = stream.shard(id);
  if (shard !== undefined) return shard;
  throw new KinesisError(
    'ResourceNotFoundException',
    `Could not find shard ${id} in stream ${stream.name} under account ${ACCOUNT}.`,
  );
}

export function describeShard(shard: Shard): ShardDescription {
  const [parent, adjacent] = shard.parents;
  return {
    ShardId: shard.id,
    ParentShardId: parent?.id,
    AdjacentParentShardId: adjacent?.id,
    HashKeyRange: describeRange(shard),
    SequenceNumberRange: {
      StartingSequenceNumber: shard.startingSequenceNumber,
      EndingSequenceNumber: shard.endingSequenceNumber,
    },
  };
}

export function describeRange({ range }: Shard): { StartingHashKey: string; EndingHashKey: string } {
  return { StartingHashKey: range.start.toString(), EndingHashKey: range.end.toString() };
}
