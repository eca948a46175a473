import { DefinitionError } from '../model/index.ts';
import type { Assembly } from './assembly/index.ts';

/**
 * Refuses a second mapping of a source to a function. Of several functions each has a mapping of its own.
 * @throws DefinitionError naming both mappings
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 */
export function requireNoRepeatedMappings({
  eventSourceMappings,
}: Pick<Assembly, 'eventSourceMappings'>): void {
  for (const [index, { logicalId, functionName, eventSourceArn }] of eventSourceMappings.entries()) {
    const first = eventSourceMappings.find(
      (other) => other.functionName === functionName && other.eventSourceArn === eventSourceArn,
    );
    if (first === undefined || first === eventSourceMappings[index]) continue;
    throw new DefinitionError(
      `mapping "${logicalId}" has the function "${functionName}" read "${eventSourceArn}", which mapping ` +
        `"${first.logicalId}" does already; Lambda refuses it (409 ResourceConflictException): leave one of them out`,
    );
  }
}
