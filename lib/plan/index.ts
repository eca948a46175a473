export { ENVIRONMENT, JOURNAL_KEY, RESULTS_KEY, TICK_EVENT } from './deployed-names.ts';
export { describePlan } from './describe.ts';
export { describeDiff, diffPlans, isUpgradable, type PlanDiff, type StateChange } from './diff.ts';
export { mermaidOf } from './mermaid.ts';
export { METRIC_NAMESPACE, METRICS, type MetricName } from './metric-names.ts';
export { delayBefore, delayBehind, planOf, stageGraphOf } from './plan-of.ts';
export type {
  LookupPlan,
  OperatorPlan,
  Plan,
  SendPlan,
  SinkPlan,
  StageInput,
  StagePlan,
  StageTime,
} from './plan.ts';
export { fingerprintOf, stateShapesOf, type StateShapes } from './shapes.ts';
export { topologyOf, type Edge, type SentEdge, type StageGraph } from './topology.ts';
