import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Order } from './alone.ts';
import type { Measured } from './measure.ts';

/**
 * Measures queries as they would run: bundled as a function is deployed, each in a process of its own, for what the
 * compiler learns from one query would slow down the next.
 */
export async function withSandboxes(
  use: (measure: (order: Order) => Promise<Measured>) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-throughput-'));
  const bundle = join(folder, 'alone.mjs');
  try {
    await build({
      entryPoints: [fileURLToPath(new URL('./alone.ts', import.meta.url))],
      outfile: bundle,
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
      target: 'node20',
    });
    await use(async (order) => {
      const { stdout } = await promisify(execFile)(process.execPath, [bundle, JSON.stringify(order)]);
      return JSON.parse(stdout) as Measured;
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
