import type { Node } from './nodes.ts';

/** Anything that carries values of type `T` and can be an output of a pipeline. */
export abstract class Flow<T> {
  declare protected readonly '~value': T;
  readonly node: Node;

  constructor(node: Node) {
    this.node = Object.freeze(node);
  }
}
