import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DefinitionError, messageOf } from '../../model/index.ts';
import { isObject } from '../../local/assembly/json.ts';
import type { ResultRow } from './result-rows.ts';
import type { ShardLog } from './stream-log.ts';

/** A record to be put into the stream of a source, or an item into the table whose changes it has. */
export interface TrafficRecord {
  readonly source: string;
  /** Tables make nothing of it. */
  readonly partitionKey: string;
  /** As JSON; the item of a table. */
  readonly value: unknown;
}

/** What there is at one moment. Results may be further than `processed`, and never than `logs`. */
export interface CheckView {
  /** For each source that is a stream everything it holds, parents before their children. */
  readonly logs: Readonly<Record<string, readonly ShardLog[]>>;
  /** For each source and shard the last sequence number that was processed for certain. */
  readonly processed: Readonly<Record<string, ReadonlyMap<string, string>>>;
  readonly rows: readonly ResultRow[];
}

/** What a companion found when it compared results. */
export interface CheckResult {
  readonly isExact: boolean;
  /** One sentence: what was compared with what. */
  readonly summary: string;
  readonly problems: readonly string[];
}

/** What a module given to `millrace dev` knows about the app: data to feed it with, and what must come out. */
export interface Companion {
  /** Records without end, or as many as there are. */
  readonly traffic?: () => Iterable<TrafficRecord>;
  /** Compares the results with those of a plain program. Called every few seconds while the app runs. */
  readonly check?: (view: CheckView) => CheckResult;
}

/**
 * Loads the module that exports `companion`.
 * @throws DefinitionError if there is none
 */
export async function loadCompanion(path: string): Promise<Companion> {
  const { tsImport } = await import('tsx/esm/api');
  const module: unknown = await tsImport(pathToFileURL(resolve(path)).href, import.meta.url).catch(
    (error: unknown) => {
      throw new DefinitionError(`cannot load companion "${path}": ${messageOf(error)}`, { cause: error });
    },
  );
  const companion = isObject(module) ? module['companion'] : undefined;
  if (isObject(companion)) return companion;
  throw new DefinitionError(
    `"${path}" exports no companion; write export const companion: Companion = { … }`,
  );
}
