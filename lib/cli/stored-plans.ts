import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { isObject, objectAt, readJson, type JsonObject } from '../local/assembly/json.ts';
import { readStacks } from '../local/assembly/stacks.ts';
import { DefinitionError } from '../model/index.ts';
import type { Plan } from '../plan/index.ts';

/** What `StreamPipeline` puts before the path of the construct in the stack's metadata. */
const METADATA_PREFIX = 'Millrace:';

/** Plans by the path of their construct. */
export type StoredPlans = Readonly<Record<string, Plan>>;

/**
 * The plans of a synthesised app, or of a file that `millrace plan --json` wrote.
 * @throws DefinitionError if there are none
 */
export function readPlans(path: string): StoredPlans {
  const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const stored = isDirectory || !path.endsWith('.json') ? plansOfAssembly(path) : readJson(path);
  const plans = Object.entries(stored).filter((entry): entry is [string, Plan] => isPlan(entry[1]));
  if (plans.length === 0) {
    throw new DefinitionError(
      `"${path}" holds no plan; give the folder cdk synth wrote for an app with a StreamPipeline, or a file from ` +
        'millrace plan --json',
    );
  }
  return Object.fromEntries(plans);
}

function plansOfAssembly(assemblyDir: string): JsonObject {
  return Object.fromEntries(
    readStacks(resolve(assemblyDir)).stacks.flatMap(({ template }) =>
      Object.entries(objectAt(template, 'Metadata'))
        .filter(([key]) => key.startsWith(METADATA_PREFIX))
        .map(([key, plan]) => [key.slice(METADATA_PREFIX.length), plan]),
    ),
  );
}

function isPlan(value: unknown): value is Plan {
  return isObject(value) && value['format'] === 1 && Array.isArray(value['stages']);
}
