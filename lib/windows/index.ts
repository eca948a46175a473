export { assignWindow } from './assign.ts';
export { WindowAggregate } from './window-aggregate.ts';
export { describeWindow, tumbling, type TumblingSpec, type WindowSpec } from './window-spec.ts';
