import { existsSync } from 'node:fs';

/** Where the page lies: beside `lib` in the repository, and beside `dist` in the package. */
export function webFolder(): URL {
  const candidates = ['../../../web/dev/', '../../../../web/dev/'].map(
    (path) => new URL(path, import.meta.url),
  );
  const found = candidates.find((folder) => existsSync(folder));
  if (found === undefined) throw new Error(`the files of the dashboard are not beside "${import.meta.url}"`);
  return found;
}
