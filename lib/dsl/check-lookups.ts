import { DefinitionError } from '../model/index.ts';
import type { ExternalTable } from './external-table.ts';
import { ancestryOf, isLookup, isOperator, labelOf, type LookupNode, type Node } from './nodes.ts';

/**
 * A table is asked before a batch is applied, so what it is asked for may depend on the records alone, not on state.
 * @throws DefinitionError if a lookup comes after a step with state, or asks a table that isn't the pipeline's; or if a table
 * is asked by none
 */
export function checkLookups(name: string, tables: readonly ExternalTable[], sinks: readonly Node[]): void {
  const lookups = ancestryOf(...sinks).filter(isLookup);
  for (const lookup of lookups) {
    if (!tables.includes(lookup.table)) {
      throw new DefinitionError(
        `lookup "${lookup.id}" of pipeline "${name}" asks table "${lookup.table.name}" of another pipeline; use the tables ` +
          'given to its own build',
      );
    }
    const before = ancestryOf(lookup).find(isOperator);
    if (before !== undefined) throw new DefinitionError(behindState(name, lookup, before));
  }
  const unused = tables.find((table) => lookups.every((lookup) => lookup.table !== table));
  if (unused !== undefined) {
    throw new DefinitionError(
      `table "${unused.name}" of pipeline "${name}" is in no join that leads to an output; use it in build or remove it`,
    );
  }
}

function behindState(name: string, lookup: LookupNode, before: Node): string {
  return (
    `lookup "${lookup.id}" of pipeline "${name}" comes after "${labelOf(before)}", which keeps state: what it would ask ` +
    'for is not known before a batch is applied; look up before it, or join the results with the table in a pipeline of ' +
    'their own'
  );
}
