import type { AggregateSpec } from '../aggregators/index.ts';
import type { WindowSpec } from '../windows/index.ts';
import type { SourceSpec } from './source.ts';

/**
 * What a pipeline is made of: frozen records that point at their input. The fluent layer builds them, the planner
 * and the engine read them; values are untyped here, the fluent layer has checked them.
 */
export type Node = SourceNode | MapNode | FilterNode | FlatMapNode | KeyNode | WindowAggregateNode | LateNode;

export interface SourceNode {
  readonly kind: 'source';
  readonly name: string;
  readonly spec: SourceSpec<unknown>;
}

export interface MapNode {
  readonly kind: 'map';
  readonly input: Node;
  readonly apply: (value: unknown) => unknown;
}

export interface FilterNode {
  readonly kind: 'filter';
  readonly input: Node;
  readonly keep: (value: unknown) => boolean;
}

export interface FlatMapNode {
  readonly kind: 'flat-map';
  readonly input: Node;
  readonly expand: (value: unknown) => Iterable<unknown>;
}

/** Keys by the partition key the producer chose, so state stays with the shard. */
export interface KeyNode {
  readonly kind: 'by-partition-key';
  readonly input: Node;
}

export interface WindowAggregateNode {
  readonly kind: 'window-aggregate';
  readonly id: string;
  readonly input: Node;
  readonly window: WindowSpec;
  readonly graceMs: number;
  readonly aggregates: AggregateSpec<unknown>;
}

/** What a window had to refuse. */
export interface LateNode {
  readonly kind: 'late';
  readonly input: WindowAggregateNode;
}

/** A node with state, whose id ties the state to it. */
export type StatefulNode = WindowAggregateNode;

export function isStateful(node: Node): node is StatefulNode {
  return node.kind === 'window-aggregate';
}

/** The node and everything before it, its source first. */
export function lineage(node: Node): readonly [SourceNode, ...Node[]] {
  return node.kind === 'source' ? [node] : [...lineage(node.input), node];
}

/** A name for a node in messages and dead letters: its id, or the steps that lead to it (`orders.filter.map`). */
export function labelOf(node: Node): string {
  if (node.kind === 'source') return node.name;
  return isStateful(node) ? node.id : `${labelOf(node.input)}.${node.kind}`;
}
