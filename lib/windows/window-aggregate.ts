import { foldOf, type AggregateSpec, type EarlierAggregates, type Fold } from '../aggregators/index.ts';
import type { Operator, OperatorDefinition } from '../model/index.ts';
import { assignerOf } from './assign.ts';
import { ClockWindows } from './clock-windows.ts';
import { combinerOf } from './combiner.ts';
import { CountWindows, withSpan } from './count-windows.ts';
import { aggregateMigrations } from './migrations.ts';
import { PaneWindows } from './pane-windows.ts';
import { describePolicy, isUpdating, type WindowPolicy } from './policy.ts';
import { RollupWindows } from './rollup-windows.ts';
import { SessionWindows } from './session-windows.ts';
import { TrailingWindows } from './trailing-windows.ts';
import { describeWindow, type WindowSpec } from './window-spec.ts';

/**
 * Aggregates each key's events in the windows of a spec.
 * @param earlier what it aggregated before it was changed
 */
export function windowAggregate(
  spec: WindowSpec,
  policy: WindowPolicy,
  named: AggregateSpec<never>,
  earlier: readonly EarlierAggregates[] = [],
): OperatorDefinition {
  const complete = (aggregates: AggregateSpec<never>): AggregateSpec<never> =>
    spec.kind === 'count' ? withSpan(aggregates) : aggregates;
  const fold = foldOf(complete(named));
  const layout = layoutOf(spec, policy);
  const shapeOf = (foldShape: string): string =>
    `${describeWindow(spec)}${layout.isByWindow ? ' by window' : ''} ${foldShape}`;
  const shape = shapeOf(fold.shape);
  const migrations = aggregateMigrations(
    earlier.map((each) => ({ ...each, aggregates: complete(each.aggregates) })),
    complete(named),
    shapeOf,
  );
  const combiner = combinerOf(spec, policy, fold, { shape, migrations });
  return {
    kind: 'window-aggregate',
    shape,
    does: `${describeWindow(spec)}, ${describePolicy(policy)} ${foldOf(named).shape}`,
    keeps: layout.keeps,
    horizonMs: layout.horizonMs,
    delayMs: layout.delayMs,
    results: layout.results,
    create: () => operatorOf(spec, policy, fold),
    migrations,
    ...(combiner !== undefined && { combiner }),
  };
}

function operatorOf(spec: WindowSpec, policy: WindowPolicy, fold: Fold): Operator {
  const { graceMs } = policy;
  switch (spec.kind) {
    case 'hopping':
    case 'cumulate':
      return isUpdating(policy)
        ? new ClockWindows(assignerOf(spec), policy, fold)
        : new PaneWindows(spec, graceMs, fold);
    case 'rollup':
      return isUpdating(policy)
        ? new ClockWindows(assignerOf(spec), policy, fold)
        : new RollupWindows(spec, graceMs, fold);
    case 'tumbling':
    case 'calendar':
    case 'custom':
      return new ClockWindows(assignerOf(spec), policy, fold);
    case 'session':
      return new SessionWindows(spec, policy, fold);
    case 'trailing':
      return new TrailingWindows(spec, graceMs, fold);
    case 'count':
      return new CountWindows(spec, fold);
  }
}

interface Layout {
  readonly keeps: string;
  /** Windows that share panes when they speak once are kept one by one when they speak oftener. */
  readonly isByWindow: boolean;
  readonly horizonMs: number | undefined;
  readonly delayMs: number;
  readonly results: OperatorDefinition['results'];
}

function layoutOf(spec: WindowSpec, policy: WindowPolicy): Layout {
  const { graceMs, latenessMs } = policy;
  const byWindow = {
    keeps: 'one entry for each key and open window',
    isByWindow: false,
    delayMs: graceMs,
    results: 'rows',
  } as const;
  switch (spec.kind) {
    case 'session':
      return {
        ...byWindow,
        keeps: 'one entry for each key with open sessions',
        horizonMs: spec.maxMs === undefined ? undefined : spec.maxMs + spec.gapMs + graceMs + latenessMs,
        // A session closes 1 ms after its end, because an event at its end would still extend it.
        delayMs: graceMs + 1,
      };
    case 'trailing':
      return {
        ...byWindow,
        keeps: 'one entry for each key and instant in the window',
        horizonMs: spec.sizeMs + graceMs,
      };
    case 'count':
      return {
        ...byWindow,
        keeps: `the last ${spec.size} events of each key, aggregated`,
        horizonMs: undefined,
        delayMs: 0,
        results: 'events',
      };
    case 'tumbling':
    case 'calendar':
    case 'custom':
      return { ...byWindow, horizonMs: assignerOf(spec).maxSizeMs + graceMs + latenessMs };
    case 'hopping':
    case 'cumulate':
    case 'rollup': {
      const isByWindow = isUpdating(policy);
      const shared =
        spec.kind === 'rollup' ? byWindow.keeps : 'one entry for each key and pane of open windows';
      return {
        ...byWindow,
        keeps: isByWindow ? byWindow.keeps : shared,
        isByWindow,
        horizonMs: assignerOf(spec).maxSizeMs + graceMs + latenessMs,
      };
    }
  }
}
