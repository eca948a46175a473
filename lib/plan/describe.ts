import { formatDuration } from '../time/index.ts';
import type { OperatorPlan, Plan, StagePlan } from './plan.ts';

/** The plan as text a person reads: stages, what each operator keeps and for how long, and where results go. */
export function describePlan(plan: Plan): string {
  return [
    `pipeline ${plan.pipeline} (on error: ${plan.onError}, delivery: ${plan.delivery})`,
    ...plan.stages.map(describeStage),
  ].join('\n');
}

function describeStage({ id, time, operators, sinks }: StagePlan): string {
  const clock = time.timestamp === 'arrival' ? 'arrival time' : 'event time';
  return [
    `  stage ${id}: ${clock}, out of order up to ${formatDuration(time.outOfOrderMs)}, ahead up to ${formatDuration(time.maxSkewMs)}, idle after ${formatDuration(time.idleAfterMs)}`,
    ...operators.map(describeOperator),
    ...sinks.map(({ name, kind }) => `    -> ${name} (${kind})`),
  ].join('\n');
}

function describeOperator({ id, does, keeps, late, horizonMs }: OperatorPlan): string {
  const horizon =
    horizonMs === undefined ? 'without end' : `up to ${formatDuration(horizonMs)} behind the newest event`;
  return [`    ${id}: ${does}`, `      keeps ${keeps}, ${horizon}`, `      late -> ${late}`].join('\n');
}
