import type { ExternalTable, TableKey } from './external-table.ts';
import type { LookupPairing, MissPolicy, UnknownPolicy } from './lookup-policy.ts';
import type { LookupNode, Node } from './nodes.ts';

type RowOf<Miss extends MissPolicy, V> = Miss extends 'keep' ? V | undefined : V;

/** How events are joined with the rows of a table outside. */
export interface JoinLookupOptions<T, K extends TableKey, V, Miss extends MissPolicy, Out> {
  /** Reads the key of the row from a value: as text or a number, or both parts of it in a list. */
  readonly key: (value: T) => K;
  readonly onMiss: Miss;
  /** @default 'retry' */
  readonly onUnknown?: UnknownPolicy;
  /** Makes the result of a value and its row, which others may get as well: it must not be changed. */
  readonly select: (value: T, row: RowOf<Miss, V>, pairing: LookupPairing) => Out;
}

export function lookupNode<T, K extends TableKey, V, Miss extends MissPolicy, Out>(
  id: string,
  input: Node,
  table: ExternalTable<K, V>,
  { key, onMiss, onUnknown = 'retry', select }: JoinLookupOptions<T, K, V, Miss, Out>,
): LookupNode {
  return {
    kind: 'lookup',
    id,
    input,
    table,
    keyOf: key as LookupNode['keyOf'],
    onMiss,
    onUnknown,
    select: select as LookupNode['select'],
  };
}
