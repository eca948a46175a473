import { formatDuration } from '../time/index.ts';
import { describeWindow } from '../windows/index.ts';
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
    `  stage ${id}: ${clock}, out of order up to ${formatDuration(time.outOfOrderMs)}, ahead up to ${formatDuration(time.maxSkewMs)}`,
    ...operators.map(describeOperator),
    ...sinks.map(({ name, kind }) => `    -> ${name} (${kind})`),
  ].join('\n');
}

function describeOperator({ id, window, graceMs, aggregates, late, horizonMs }: OperatorPlan): string {
  const results = Object.entries(aggregates).map(([name, kind]) => `${name}: ${kind}`);
  return [
    `    ${id}: ${describeWindow(window)}, grace ${formatDuration(graceMs)} { ${results.join(', ')} }`,
    `      keeps one entry for each key and open window, up to ${formatDuration(horizonMs)} behind the newest event`,
    `      late -> ${late}`,
  ].join('\n');
}
