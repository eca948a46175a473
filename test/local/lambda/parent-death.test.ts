import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

test('a sandbox in mid-invocation does not outlive the process that started it, even if that is killed', async () => {
  const codeDir = mkdtempSync(join(tmpdir(), 'millrace-orphan-'));
  writeFileSync(
    join(codeDir, 'index.mjs'),
    'export const handler = async () => { console.log(process.pid); await new Promise((done) => setTimeout(done, 1e6)); };',
  );
  const library = new URL('../../../lib/local/lambda/index.ts', import.meta.url).href;
  writeFileSync(
    join(codeDir, 'parent.mjs'),
    `import { createFunction } from '${library}';
     const fn = createFunction(
       { name: 'f', arn: 'arn:aws:lambda:us-east-1:000000000000:function:f', handler: 'index.handler',
         codeDir: '${codeDir}', timeoutMs: 900000, memoryMb: 128, environment: {} },
       { onLog: ({ text }) => console.log(text) },
     );
     await fn.invoke({});`,
  );
  const parent = spawn(process.execPath, ['--import', 'tsx', join(codeDir, 'parent.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line]: unknown[] = await once(createInterface({ input: parent.stdout }), 'line');
  const sandbox = Number(line);

  parent.kill('SIGKILL');
  for (let polls = 0; polls < 500 && isAlive(sandbox); polls += 1) {
    await new Promise((done) => setTimeout(done, 10));
  }

  rmSync(codeDir, { recursive: true });
  expect(sandbox).toBeGreaterThan(1);
  expect(isAlive(sandbox)).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
