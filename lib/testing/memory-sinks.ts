import type { OutputSinks } from '../engine/index.ts';
import { versionOf, type TableOutput } from '../model/index.ts';

/** A change of the results, as a consumer of the results table's stream would see it. */
export interface SinkChange {
  readonly item: string;
  readonly version: string;
  readonly output: TableOutput;
}

/** Sinks in memory with the rules of the DynamoDB tables: versioned rows, events put once, a log of all changes. */
export class MemorySinks implements OutputSinks {
  readonly items = new Map<string, { readonly version: string; readonly output: TableOutput }>();
  readonly changes: SinkChange[] = [];

  async deliver(outputs: readonly TableOutput[]): Promise<readonly TableOutput[]> {
    for (const output of outputs) this.put(output);
    return [];
  }

  put(output: TableOutput): void {
    const version = versionOf(output);
    const item = itemOf(output, version);
    const held = this.items.get(item);
    if (held !== undefined && held.version >= version) return;
    this.items.set(item, { version, output });
    this.changes.push({ item, version, output });
  }

  /** The values at a sink: each row's newest, or each event, in the order they came. */
  valuesOf(sink: string): readonly unknown[] {
    const outputs = [...this.items.values()].map(({ output }) => output);
    return outputs.flatMap((output) => (isAt(output, sink) ? [output.value] : []));
  }

  get deadLetters(): readonly Extract<TableOutput, { kind: 'dead-letter' }>[] {
    const outputs = [...this.items.values()].map(({ output }) => output);
    return outputs.filter((output) => output.kind === 'dead-letter');
  }
}

/** Whether it stands at this sink: a row that was taken back doesn't. */
function isAt(output: TableOutput, sink: string): output is Exclude<TableOutput, { kind: 'dead-letter' }> {
  if (output.kind === 'dead-letter' || output.sink !== sink) return false;
  return output.kind === 'append' || output.isRetracted !== true;
}

function itemOf(output: TableOutput, version: string): string {
  if (output.kind === 'row') {
    return JSON.stringify([output.sink, output.key, output.window?.start ?? null, output.row ?? null]);
  }
  return JSON.stringify([output.kind, output.id.shardId, version]);
}
