import { streamOfSource } from '../aws/kinesis-event.ts';
import { refusedSettings, stageOf } from '../aws/required-mapping.ts';
import { DefinitionError } from '../model/index.ts';
import type { Assembly } from './assembly/index.ts';

/**
 * Refuses what a template tells the mappings of a pipeline's stages, and the streams they read, that would lose records or
 * scatter keys once it is deployed, by whatever means it got there.
 * @throws DefinitionError naming all of it
 */
export function requireSoundStages({ eventSourceMappings, functions, streams }: Assembly): void {
  const refused = eventSourceMappings.flatMap((mapping) => {
    const target = functions.find(({ name }) => name === mapping.functionName);
    const stage = stageOf(target?.environment ?? {});
    if (stage === undefined) return [];
    const stream = streams.find(({ arn }) => arn === streamOfSource(mapping.eventSourceArn));
    return stream?.distribution === 'AUTO'
      ? [scattered(stream.name, stage), ...refusedSettings(stage, mapping)]
      : refusedSettings(stage, mapping);
  });
  if (refused.length > 0) throw new DefinitionError(refused.join('\n'));
}

function scattered(stream: string, stage: string): string {
  return (
    `stream "${stream}" of stage "${stage}" has RecordDistributionStrategy "AUTO", which ignores partition keys; it must ` +
    'be "USER_PARTITION_KEY": leave it out'
  );
}
