import { formatDuration } from '../time/index.ts';
import type { LookupPlan, OperatorPlan, Plan, StageInput, StagePlan, StageTime } from './plan.ts';

/** The plan as text a person reads: stages, what each operator keeps and for how long, and where results go. */
export function describePlan(plan: Plan): string {
  return [
    `pipeline ${plan.pipeline} (on error: ${plan.onError}, delivery: ${plan.delivery})`,
    ...plan.stages.map(describeStage),
  ].join('\n');
}

function describeStage({ id, input, time, operators, lookups = [], sinks, sends }: StagePlan): string {
  return [
    `  stage ${id}: ${describeInput(input)}, ${describeTime(time)}`,
    ...lookups.map(describeLookup),
    ...operators.map(describeOperator),
    ...sends.map(({ edge, to }) => `    -> ${to} (by key, for ${edge})`),
    ...sinks.map(({ name, kind }) => `    -> ${name} (${kind})`),
  ].join('\n');
}

function describeInput(input: StageInput): string {
  if (input.kind === 'source') {
    return input.of === 'table'
      ? `reads the changes of table ${input.source}`
      : `reads source ${input.source}`;
  }
  return `reads ${input.from.join(' and ')} by key, in ${input.partitions} parts`;
}

function describeTime({ timestamp, outOfOrderMs, maxSkewMs, idleAfterMs }: StageTime): string {
  const idle = `idle after ${formatDuration(idleAfterMs)}`;
  if (timestamp === 'producers') return `time of the stages before, ${idle}`;
  const clock = timestamp === 'arrival' ? 'arrival time' : 'event time';
  const order = outOfOrderMs === 0 ? 'in order' : `out of order up to ${formatDuration(outOfOrderMs)}`;
  return `${clock}, ${order}, ahead up to ${formatDuration(maxSkewMs)}, ${idle}`;
}

function describeOperator({ id, does, keeps, late, horizonMs }: OperatorPlan): string {
  const horizon =
    horizonMs === undefined ? 'without end' : `up to ${formatDuration(horizonMs)} behind the newest event`;
  return [`    ${id}: ${does}`, `      keeps ${keeps}, ${horizon}`, `      late -> ${late}`].join('\n');
}

const ON_MISS = {
  drop: 'dropped',
  keep: 'kept without a row',
  'dead-letter': 'to the dead letters',
} as const;

const ON_UNKNOWN = {
  retry: 'the batch comes again',
  stale: 'takes what is remembered, else the batch comes again',
  'dead-letter': 'to the dead letters',
} as const;

function describeLookup({
  id,
  table,
  key,
  onMiss,
  onUnknown,
  ttlMs,
  missTtlMs,
  maxEntries,
}: LookupPlan): string {
  return [
    `    ${id}: look up table ${table} by ${key.join(', ')}, each batch is journaled before its results are delivered`,
    `      caches rows for ${formatDuration(ttlMs)}, missing keys for ${formatDuration(missTtlMs)}, at most ${maxEntries}`,
    `      missing -> ${ON_MISS[onMiss]}; no answer -> ${ON_UNKNOWN[onUnknown]}`,
  ].join('\n');
}
