import { readdirSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';

const SOURCE = /\.([cm]?[jt]sx?|json)$/;
const IGNORED = /^(\.|node_modules$|dist$|cdk\.out$|coverage$)/;
/** An editor saves in several steps. */
const SETTLE_MS = 150;

/**
 * Calls back once after every burst of changes to source files below `root`, with the path of the last one. Folders are
 * watched one by one: where files are replaced rather than written, watching a whole tree misses what comes after.
 */
export function watchSources(root: string, onChange: (file: string) => void): { close(): void } {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;

  function add(folder: string): void {
    if (watchers.has(folder)) return;
    const watcher = watch(folder, (_, name) => changed(folder, name));
    watcher.on('error', () => remove(folder));
    watchers.set(folder, watcher);
    for (const inner of foldersOf(folder)) add(join(folder, inner));
  }

  function remove(folder: string): void {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  }

  function changed(folder: string, name: string | null): void {
    if (name === null || IGNORED.test(name)) return;
    if (foldersOf(folder).includes(name)) return add(join(folder, name));
    remove(join(folder, name));
    if (!SOURCE.test(name)) return;
    clearTimeout(timer);
    timer = setTimeout(() => onChange(join(folder, name)), SETTLE_MS);
  }

  add(root);
  return {
    close: () => {
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}

/** None if the folder is gone. */
function foldersOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !IGNORED.test(entry.name))
      .map(({ name }) => name);
  } catch {
    return [];
  }
}
