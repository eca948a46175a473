import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { delimiter, resolve } from 'node:path';
import { DefinitionError } from '../../model/index.ts';

const require = createRequire(import.meta.url);

export interface SynthOptions {
  /** The command that is the CDK app. @default what cdk.json says */
  readonly app: string | undefined;
  /** `name=value` each. */
  readonly context: readonly string[];
  readonly outDir: string;
}

/**
 * Runs `cdk synth` as anybody would.
 * @throws DefinitionError with what it printed, if it fails
 */
export async function synth({ app, context, outDir }: SynthOptions): Promise<void> {
  const cdk = require.resolve('aws-cdk/bin/cdk');
  const options = [
    ...(app === undefined ? [] : ['--app', app]),
    ...context.flatMap((entry) => ['--context', entry]),
  ];
  const child = spawn(process.execPath, [cdk, 'synth', '--quiet', '--output', outDir, ...options], {
    env: {
      ...process.env,
      // As in a script of package.json.
      PATH: [resolve('node_modules/.bin'), process.env['PATH']].join(delimiter),
      CDK_DISABLE_VERSION_CHECK: '1',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const code = await new Promise<number | null>((done, reject) => {
    child.once('error', reject);
    child.once('close', done);
  });
  if (code !== 0) throw new DefinitionError(`cdk synth ended with exit code ${code}:\n${printed.trim()}`);
}
