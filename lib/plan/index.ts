export { ENVIRONMENT, JOURNAL_KEY, RESULTS_KEY } from './deployed-names.ts';
export { describePlan } from './describe.ts';
export { delayBefore, nodesOf, planOf, sinksOf, sourceNodeOf } from './plan-of.ts';
export type { OperatorPlan, Plan, SinkPlan, StagePlan } from './plan.ts';
export { fingerprintOf, stateShapesOf, type StateShapes } from './shapes.ts';
