export type { CalendarUnit } from './calendar.ts';
export {
  earlyOf,
  isUpdating,
  policyOf,
  type EarlyEmit,
  type FinalOptions,
  type UpdatingOptions,
  type WindowOptions,
  type WindowPolicy,
} from './policy.ts';
export { runningAggregate, type RunningPolicy } from './running-aggregate.ts';
export { windowAggregate } from './window-aggregate.ts';
export {
  calendar,
  countOf,
  cumulate,
  customWindow,
  hopping,
  rollup,
  session,
  trailing,
  tumbling,
} from './window-kinds.ts';
export {
  describeWindow,
  type CountSpec,
  type PerEventWindowSpec,
  type TimeWindowSpec,
  type WindowSpec,
} from './window-spec.ts';
