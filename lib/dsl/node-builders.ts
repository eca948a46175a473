import type { KeyValue, OperatorDefinition } from '../model/index.ts';
import { LATE, type Node, type OperatorNode } from './nodes.ts';

export function operatorNode(
  id: string,
  inputs: readonly Node[],
  definition: OperatorDefinition,
): OperatorNode {
  return { kind: 'operator', id, inputs, definition };
}

export function sideNode(input: OperatorNode, output: string): Node {
  return { kind: 'side', input, output };
}

export function lateNode(input: OperatorNode): Node {
  return sideNode(input, LATE);
}

// Functions about values of one type become functions about `unknown` in these places only.

export function keyNode(input: Node, keyOf: (value: never) => KeyValue): Node {
  return { kind: 'key-by', input, keyOf: keyOf as (value: unknown) => unknown };
}

export function mapNode(input: Node, apply: (value: never) => unknown): Node {
  return { kind: 'map', input, apply: apply as (value: unknown) => unknown };
}

export function filterNode(input: Node, keep: (value: never) => boolean): Node {
  return { kind: 'filter', input, keep: keep as (value: unknown) => boolean };
}

export function flatMapNode(input: Node, expand: (value: never) => Iterable<unknown>): Node {
  return { kind: 'flat-map', input, expand: expand as (value: unknown) => Iterable<unknown> };
}
