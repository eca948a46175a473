import { refusedSettings, stageOf } from '../aws/required-mapping.ts';
import { DefinitionError } from '../model/index.ts';
import type { Assembly } from './assembly/index.ts';

/**
 * Refuses what a template tells the mappings of a pipeline's stages that would lose records once it is deployed, by
 * whatever means it got there.
 * @throws DefinitionError naming all of it
 */
export function requireSoundStages({ eventSourceMappings, functions }: Assembly): void {
  const refused = eventSourceMappings.flatMap((mapping) => {
    const target = functions.find(({ name }) => name === mapping.functionName);
    const stage = stageOf(target?.environment ?? {});
    return stage === undefined ? [] : refusedSettings(stage, mapping);
  });
  if (refused.length > 0) throw new DefinitionError(refused.join('\n'));
}
