export { assignWindow } from './assign.ts';
export { windowAggregate } from './window-aggregate.ts';
export { describeWindow, tumbling, type TumblingSpec, type WindowSpec } from './window-spec.ts';
