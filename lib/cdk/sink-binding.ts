import { DefinitionError } from '../model/index.ts';

/** Where an output of a pipeline goes once it is deployed. */
export type SinkBinding = ResultsTableBinding;

/** An output that goes to the results table: what `resultsTable()` gives. */
export interface ResultsTableBinding {
  readonly kind: 'results-table';
}

/**
 * The results table of the construct: rows are upserted by key and window, events put once. Its DynamoDB stream has
 * each change once.
 */
export function resultsTable(): ResultsTableBinding {
  return { kind: 'results-table' };
}

/**
 * The compiler says the same to whoever asks it.
 * @throws DefinitionError if an output has no binding, or a binding no output
 */
export function requireBindings(
  pipeline: string,
  outputs: readonly string[],
  sinks: Readonly<Record<string, SinkBinding | undefined>>,
): void {
  const unknown = Object.keys(sinks).find((name) => !outputs.includes(name));
  if (unknown !== undefined) {
    throw new DefinitionError(
      `sinks of pipeline "${pipeline}" bind "${unknown}", which is no output; its outputs are ${outputs.join(', ')}`,
    );
  }
  const unbound = outputs.find((name) => sinks[name]?.kind !== 'results-table');
  if (unbound !== undefined) {
    throw new DefinitionError(
      `output "${unbound}" of pipeline "${pipeline}" is bound to "${sinks[unbound]?.kind}"; bind each of ` +
        `${outputs.join(', ')}, for example sinks: { ${unbound}: resultsTable() }`,
    );
  }
}
