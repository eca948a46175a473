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
  /** For the CDK and for the app, besides what there is. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Runs `cdk synth` as anybody would.
 * @throws DefinitionError with what it printed, if it fails
 */
export async function synth({ app, context, outDir, environment = {} }: SynthOptions): Promise<void> {
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
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { code, printed } = await ended(child);
  if (code !== 0) throw new DefinitionError(`cdk synth ended with exit code ${code}:\n${printed}`);
}

/** How a process ended, and all it has printed. */
export async function ended(
  child: ReturnType<typeof spawn>,
): Promise<{ readonly code: number | null; readonly printed: string }> {
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const code = await new Promise<number | null>((done, reject) => {
    child.once('error', reject);
    child.once('close', done);
  });
  return { code, printed: printed.trim() };
}
