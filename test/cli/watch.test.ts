import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchSources } from '../../lib/cli/dev/watch.ts';

describe('watching sources', () => {
  let root: string;
  let watcher: { close(): void };
  let told: (file: string) => void;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'millrace-watch-'));
    mkdirSync(join(root, 'functions', 'orders'), { recursive: true });
    mkdirSync(join(root, 'node_modules'));
    write('functions/orders/pipeline.ts', 'first');
    watcher = watchSources(root, (file) => told(file));
  });

  afterEach(() => {
    watcher.close();
    rmSync(root, { recursive: true });
  });

  function write(file: string, text: string): void {
    writeFileSync(join(root, file), text);
  }

  /** As editors save: another file takes its place. */
  function replace(file: string, text: string): void {
    write(`${file}.tmp`, text);
    renameSync(join(root, `${file}.tmp`), join(root, file));
  }

  function next(): Promise<string> {
    return new Promise((resolve) => {
      told = resolve;
    });
  }

  test('tells of a file that was replaced, and then of one that was written', async () => {
    const replaced = next();
    replace('functions/orders/pipeline.ts', 'second');
    expect(await replaced).toBe(join(root, 'functions/orders/pipeline.ts'));

    const written = next();
    write('functions/orders/pipeline.ts', 'third');
    expect(await written).toBe(join(root, 'functions/orders/pipeline.ts'));
  });

  test('tells of sources only', async () => {
    const changed = next();
    write('node_modules/index.js', '');
    write('functions/orders/README.md', '');
    write('functions/orders/handler.ts', '');

    expect(await changed).toBe(join(root, 'functions/orders/handler.ts'));
  });
});
