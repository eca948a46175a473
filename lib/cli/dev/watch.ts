import { readdirSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';

const SOURCE = /\.([cm]?[jt]sx?|json)$/;
const IGNORED = /(^|[/\\])(\.|node_modules|dist|cdk\.out|coverage)/;
/** An editor saves in several steps. */
const SETTLE_MS = 150;

/** Calls back once after every burst of changes to source files below `root`, with the path of the last one. */
export function watchSources(root: string, onChange: (file: string) => void): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  const changed = (file: string | null): void => {
    if (file === null || IGNORED.test(file) || !SOURCE.test(file)) return;
    clearTimeout(timer);
    timer = setTimeout(() => onChange(file), SETTLE_MS);
  };
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !IGNORED.test(entry.name))
    .map(({ name }) => name);
  const watchers: readonly FSWatcher[] = [
    watch(root, (_, file) => changed(file)),
    ...folders.map((folder) =>
      watch(join(root, folder), { recursive: true }, (_, file) =>
        changed(file === null ? null : join(folder, file)),
      ),
    ),
  ];
  return {
    close: () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
