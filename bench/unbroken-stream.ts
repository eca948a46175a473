import type { InputStream } from '../lib/engine/index.ts';
import type { InputRecord } from '../lib/model/index.ts';

/** A shard's stream that has lost nothing: after what a task has read comes its batch, at once. */
export function unbrokenStream(batch: () => readonly InputRecord[]): InputStream {
  return {
    readAfter: async function* () {
      yield batch().slice(0, 1);
    },
    describeShard: async () => undefined,
  };
}
