import type { AggregateSpec } from '../aggregators/index.ts';
import type { StreamTypeError } from '../model/index.ts';
import { positiveDurationMs } from '../time/index.ts';
import {
  earlyOf,
  runningAggregate,
  windowAggregate,
  type CountSpec,
  type TimeWindowSpec,
  type UpdatingOptions,
  type WindowPolicy,
  type WindowSpec,
} from '../windows/index.ts';
import { checkedAggregates, type AggregateOptions, type RunningOptions } from './aggregate-rows.ts';
import { operatorNode } from './node-builders.ts';
import type { Node, OperatorNode } from './nodes.ts';

/** Which windows can speak more than once; the others say why not. */
export type UpdatingOptionsOf<Spec extends WindowSpec> = Spec extends TimeWindowSpec
  ? UpdatingOptions
  : StreamTypeError<
      Spec extends CountSpec
        ? 'a count window goes by the order of the log and speaks once: it takes no options'
        : 'a trailing window has one result for each instant, emitted once: leave out emit, onLate and allowedLateness'
    >;

/** A stream and the windows it is cut into. */
export interface Windowing {
  readonly input: Node;
  readonly spec: WindowSpec;
  readonly policy: WindowPolicy;
}

/** Aggregates what is in each window. */
export function aggregatedWindows(
  id: string,
  { input, spec, policy }: Windowing,
  aggregates: AggregateSpec<never>,
  { earlier = [] }: AggregateOptions,
): OperatorNode {
  const definition = windowAggregate(spec, policy, checkedAggregates(id, aggregates), earlier);
  return operatorNode(id, [input], definition);
}

/** Aggregates everything a key ever has. */
export function aggregatedForEver(
  id: string,
  input: Node,
  aggregates: AggregateSpec<never>,
  { emit = 'on-update', forgetAfter, earlier = [] }: RunningOptions,
): OperatorNode {
  const forgetAfterMs =
    forgetAfter === undefined
      ? undefined
      : positiveDurationMs(forgetAfter, 'forgetAfter of a running aggregate');
  const policy = { emit: earlyOf(emit), forgetAfterMs };
  return operatorNode(id, [input], runningAggregate(policy, checkedAggregates(id, aggregates), earlier));
}
