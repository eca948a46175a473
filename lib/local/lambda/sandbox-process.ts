import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FunctionDefinition } from './function-definition.ts';

const BOOTSTRAP = fileURLToPath(new URL('./bootstrap.mjs', import.meta.url));

const alive = new Set<ChildProcess>();

/** Starts the process of a sandbox. It ends with this one, however this one ends. */
export function spawnSandboxProcess(
  definition: FunctionDefinition,
  sandboxId: string,
  runtimeApi: string,
): ChildProcess {
  const child = spawn(process.execPath, [`--max-old-space-size=${definition.memoryMb}`, BOOTSTRAP], {
    cwd: definition.codeDir,
    env: environmentOf(definition, sandboxId, runtimeApi),
    stdio: 'pipe',
  });
  if (alive.size === 0) process.on('exit', killAll);
  alive.add(child);
  const forget = (): void => {
    alive.delete(child);
    if (alive.size === 0) process.off('exit', killAll);
  };
  child.once('exit', forget).once('error', forget);
  return child;
}

/** In the words of Lambda's own errors. */
export function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal !== null) {
    const name = signal === 'SIGKILL' ? 'killed' : signal === 'SIGABRT' ? 'aborted' : signal;
    return `Runtime exited with error: signal: ${name}`;
  }
  return code === 0
    ? 'Runtime exited without providing a reason'
    : `Runtime exited with error: exit status ${code}`;
}

/** A frozen process wouldn't notice that its standard input has closed. */
function killAll(): void {
  for (const child of alive) child.kill('SIGKILL');
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
function environmentOf(
  { name, handler, codeDir, memoryMb, arn, environment }: FunctionDefinition,
  sandboxId: string,
  runtimeApi: string,
): NodeJS.ProcessEnv {
  const region = arn.split(':')[3] ?? 'us-east-1';
  return {
    PATH: process.env['PATH'],
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    // This machine's Node may be the oldest the SDK supports; the deployed function's is newer.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...environment,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: sandboxId,
    LAMBDA_TASK_ROOT: codeDir,
    _HANDLER: handler,
  };
}
