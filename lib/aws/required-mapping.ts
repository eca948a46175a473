import { ENVIRONMENT } from '../plan/index.ts';

/** What an event source mapping is told that a stage's guarantees depend on. */
export interface StageMappingSettings {
  readonly parallelizationFactor: number;
  readonly maximumRetryAttempts: number;
  readonly maximumRecordAgeSeconds: number;
  readonly functionResponseTypes: readonly string[];
  readonly filterCriteria?: unknown;
}

/** The stage a deployed function runs, by its environment; `undefined` if it is no stage's. */
export function stageOf(environment: Readonly<Record<string, string>>): string | undefined {
  return environment[ENVIRONMENT.stage];
}

/**
 * What about a mapping would lose records of a stage or apply them twice: what it is, what is allowed and what to do.
 * Lambda takes all of it, and no invocation shows it.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html
 */
export function refusedSettings(stage: string, mapping: StageMappingSettings): readonly string[] {
  const { parallelizationFactor, maximumRetryAttempts, maximumRecordAgeSeconds, functionResponseTypes } =
    mapping;
  const rules: readonly (readonly [isBroken: boolean, what: string])[] = [
    [
      parallelizationFactor !== 1,
      `ParallelizationFactor "${parallelizationFactor}"; it must be 1, since a shard is one log with one writer: ` +
        'give the stream more shards instead',
    ],
    [
      mapping.filterCriteria !== undefined,
      'FilterCriteria; there must be none, since packets, ticks and whatever else is not JSON would be dropped: ' +
        'use .filter() in the pipeline instead',
    ],
    [
      maximumRetryAttempts !== -1,
      `MaximumRetryAttempts "${maximumRetryAttempts}"; it must be -1, since a batch that is given up is lost: ` +
        "leave it out, and onError at 'quarantine' so that no record holds up the others",
    ],
    [
      maximumRecordAgeSeconds !== -1,
      `MaximumRecordAgeInSeconds "${maximumRecordAgeSeconds}"; it must be -1, since records would be dropped before ` +
        'the stream drops them: leave it out, and give the stream a longer retention if it is needed',
    ],
    [
      !functionResponseTypes.includes('ReportBatchItemFailures'),
      `FunctionResponseTypes "${functionResponseTypes.join(', ')}"; it must be "ReportBatchItemFailures", since a ` +
        'record that halts its shard would count as processed: set it',
    ],
  ];
  return rules
    .filter(([isBroken]) => isBroken)
    .map(([, what]) => `event source mapping of stage "${stage}" has ${what}`);
}
