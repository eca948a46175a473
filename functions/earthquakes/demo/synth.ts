import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Runs `cdk synth` as anybody would, into `outDir`.
 * @throws Error with what it printed, if it fails
 */
export async function synth(outDir: string, context: Readonly<Record<string, string>>): Promise<void> {
  const cdk = require.resolve('aws-cdk/bin/cdk');
  const contextArgs = Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(process.execPath, [cdk, 'synth', '--quiet', '--output', outDir, ...contextArgs], {
    env: { ...process.env, CDK_DISABLE_VERSION_CHECK: '1', CDK_DISABLE_CLI_TELEMETRY: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`cdk synth ended with exit code ${code}:\n${printed}`);
}
