import { createHash } from 'node:crypto';
import { streamOfSource } from '../../aws/kinesis-event.ts';
import { loadAssembly, type Assembly } from '../../local/index.ts';
import { readStacks } from '../../local/assembly/stacks.ts';
import { ENVIRONMENT, type Plan } from '../../plan/index.ts';
import { readPlans } from '../stored-plans.ts';

/** A pipeline of a synthesised app, and what it would be deployed as. */
export interface DevPipeline {
  /** The path of its construct. */
  readonly path: string;
  readonly plan: Plan;
  readonly stages: readonly DevStage[];
  readonly resultsTable: string;
  readonly deadLetterTable: string;
  readonly journalTable: string;
}

export interface DevStage {
  readonly id: string;
  readonly functionName: string;
  /** Of a stage that has the changes of a table, the table. */
  readonly streamName: string;
}

export interface DevApp {
  readonly assemblyDir: string;
  /** The same as long as nothing that is deployed has changed. */
  readonly fingerprint: string;
  readonly assembly: Assembly;
  readonly pipelines: readonly DevPipeline[];
}

/** @throws DefinitionError if the folder holds no app with a pipeline */
export function loadApp(assemblyDir: string): DevApp {
  const assembly = loadAssembly(assemblyDir);
  const templates = readStacks(assemblyDir).stacks.map(({ template }) => template);
  return {
    assemblyDir,
    fingerprint: createHash('sha256').update(JSON.stringify(templates)).digest('hex'),
    assembly,
    pipelines: Object.entries(readPlans(assemblyDir)).map(([path, plan]) => pipelineOf(path, plan, assembly)),
  };
}

function pipelineOf(path: string, plan: Plan, assembly: Assembly): DevPipeline {
  const functions = assembly.functions.filter(({ logicalId }) => logicalId.startsWith(logicalPrefix(path)));
  const [first] = functions;
  return {
    path,
    plan,
    stages: plan.stages.flatMap(({ id }) => {
      const found = functions.find(({ environment }) => environment[ENVIRONMENT.stage] === id);
      const mapping = assembly.eventSourceMappings.find(({ functionName }) => functionName === found?.name);
      if (found === undefined || mapping === undefined) return [];
      const streamName = nameInArn(streamOfSource(mapping.eventSourceArn));
      return [{ id, functionName: found.name, streamName }];
    }),
    resultsTable: first?.environment[ENVIRONMENT.resultsTable] ?? '',
    deadLetterTable: first?.environment[ENVIRONMENT.deadLetterTable] ?? '',
    journalTable: first?.environment[ENVIRONMENT.journalTable] ?? '',
  };
}

/** The stream an ARN names, or the table whose stream it names. */
export function nameInArn(arn: string): string {
  return arn.split('/').at(1) ?? '';
}

/** What the logical ids of a construct's resources begin with: its path below the stack, without what isn't a letter. */
function logicalPrefix(path: string): string {
  return path
    .split('/')
    .slice(1)
    .join('')
    .replaceAll(/[^A-Za-z0-9]/g, '');
}
