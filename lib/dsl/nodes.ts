import type { OperatorDefinition } from '../model/index.ts';
import type { ExternalTable } from './external-table.ts';
import type { LookupPairing, MissPolicy, UnknownPolicy } from './lookup-policy.ts';
import type { SourceSpec } from './source.ts';

/**
 * What a pipeline is made of: frozen records that point at their inputs. The fluent layer builds them, the planner
 * and the engine read them; values are untyped here, the fluent layer has checked them.
 */
export type Node =
  | SourceNode
  | MapNode
  | FilterNode
  | FlatMapNode
  | PartitionKeyNode
  | KeyNode
  | MergeNode
  | LookupNode
  | OperatorNode
  | SideNode;

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
export interface PartitionKeyNode {
  readonly kind: 'by-partition-key';
  readonly input: Node;
}

/** Keys by what a function reads from the values; where state is needed, events meet by this key. */
export interface KeyNode {
  readonly kind: 'key-by';
  readonly input: Node;
  readonly keyOf: (value: unknown) => unknown;
}

/** Everything of several streams as one, in the order of the log. */
export interface MergeNode {
  readonly kind: 'merge';
  readonly inputs: readonly Node[];
}

/** Joins each value with a row of a table outside, which is read before the batch is applied. */
export interface LookupNode {
  readonly kind: 'lookup';
  readonly id: string;
  readonly input: Node;
  readonly table: ExternalTable;
  readonly keyOf: (value: unknown) => unknown;
  readonly onMiss: MissPolicy;
  readonly onUnknown: UnknownPolicy;
  readonly select: (value: unknown, row: unknown, pairing: LookupPairing) => unknown;
}

/** A step with state, whose id ties the state to it. */
export interface OperatorNode {
  readonly kind: 'operator';
  readonly id: string;
  readonly inputs: readonly Node[];
  readonly definition: OperatorDefinition;
}

/** The output an operator's late events leave by; where nothing takes it, they go to the dead letters. */
export const LATE = 'late';

/** What an operator gives beside its results: what came too late, or a further output by its name. */
export interface SideNode {
  readonly kind: 'side';
  readonly input: OperatorNode;
  readonly output: string;
}

export function isOperator(node: Node): node is OperatorNode {
  return node.kind === 'operator';
}

export function isLookup(node: Node): node is LookupNode {
  return node.kind === 'lookup';
}

/** What a node reads, in the order an operator counts its inputs. */
export function inputsOf(node: Node): readonly Node[] {
  if (node.kind === 'source') return [];
  return 'inputs' in node ? node.inputs : [node.input];
}

/** Everything these nodes come from and they themselves, each once, inputs before what reads them. */
export function ancestryOf(...nodes: readonly Node[]): readonly Node[] {
  const found = new Set<Node>();
  const visit = (node: Node): void => {
    if (found.has(node)) return;
    inputsOf(node).forEach(visit);
    found.add(node);
  };
  nodes.forEach(visit);
  return [...found];
}

/** A name for a node in messages and dead letters: its id, or the steps that lead to it (`orders.filter.map`). */
export function labelOf(node: Node): string {
  if (node.kind === 'source') return node.name;
  if (isOperator(node) || isLookup(node)) return node.id;
  const step = node.kind === 'side' ? node.output : node.kind;
  return `${inputsOf(node).map(labelOf).join('+')}.${step}`;
}
