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
 * The plans of a synthesised app; or of a file: a template, what `aws cloudformation get-template` prints of a deployed
 * stack, or what `millrace plan --json` wrote.
 * @param path `-` is standard input
 * @throws DefinitionError if there are none
 */
export function readPlans(path: string): StoredPlans {
  const isFile = path === '-' || path.endsWith('.json');
  const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const stored = isDirectory || !isFile ? plansOfAssembly(path) : plansIn(readJson(path === '-' ? 0 : path));
  const plans = Object.entries(stored).filter((entry): entry is [string, Plan] => isPlan(entry[1]));
  if (plans.length === 0) {
    throw new DefinitionError(
      `"${path === '-' ? 'standard input' : path}" holds no plan; give the folder cdk synth wrote for an app with a ` +
        'StreamPipeline, a file from millrace plan --json, or what aws cloudformation get-template prints',
    );
  }
  return Object.fromEntries(plans);
}

function plansOfAssembly(assemblyDir: string): JsonObject {
  return Object.fromEntries(
    readStacks(resolve(assemblyDir)).stacks.flatMap(({ template }) =>
      Object.entries(plansOfTemplate(template)),
    ),
  );
}

function plansOfTemplate(template: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(objectAt(template, 'Metadata'))
      .filter(([key]) => key.startsWith(METADATA_PREFIX))
      .map(([key, plan]) => [key.slice(METADATA_PREFIX.length), plan]),
  );
}

/** Plans as `millrace plan --json` writes them, or those of a template, which an answer of CloudFormation may be around. */
function plansIn(json: JsonObject): JsonObject {
  const { TemplateBody: template = json } = json;
  if (isObject(template)) return 'Metadata' in template ? plansOfTemplate(template) : template;
  throw new DefinitionError(
    'the template of the deployed stack is not JSON; keep what millrace plan --json prints when you deploy, and give that',
  );
}

function isPlan(value: unknown): value is Plan {
  return isObject(value) && value['format'] === 1 && Array.isArray(value['stages']);
}
