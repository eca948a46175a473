import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { FunctionDefinition, LogLine } from './function-definition.ts';
import type { InvokeResult } from './invoke-result.ts';
import { startRuntimeApi } from './runtime-api.ts';
import { describeExit, spawnSandboxProcess } from './sandbox-process.ts';
import { settleable } from './settleable.ts';

/** A sandbox that hasn't come up by then counts as one that cannot start. */
const INIT_TIMEOUT_MS = 10_000;

/** One execution environment: a process that runs one event at a time and keeps its memory between them. */
export interface Sandbox {
  readonly id: string;
  /** An abandoned one has timed out while frozen: nobody waits for it any more, but it may yet go on. */
  readonly status: 'idle' | 'busy' | 'abandoned' | 'gone';
  readonly isFrozen: boolean;
  /** Ends the process at once, whatever it is doing. */
  kill(): void;
  /** Stops the process where it is. Its invocation still times out, but the process lives on until `thaw`. */
  freeze(): void;
  /** Lets the process go on. An abandoned one finishes its work unheard, and then ends. */
  thaw(): void;
}

/** A sandbox in the hands of its function, which gives it one event at a time. */
export interface OwnedSandbox extends Sandbox {
  invoke(payload: string): Promise<InvokeResult>;
  readonly exited: Promise<void>;
}

export async function startSandbox(
  definition: FunctionDefinition,
  id: string,
  onLog: (line: LogLine) => void,
): Promise<OwnedSandbox> {
  let status: Sandbox['status'] = 'idle';
  let isFrozen = false;
  let current: { readonly requestId: string; settle(result: InvokeResult): void } | undefined;

  /** Settled with what kept the runtime from starting, if anything did. */
  const init = settleable<string | undefined>();
  const exit = settleable<void>();
  const api = await startRuntimeApi({
    onNext: () => {
      init.settle(undefined);
      if (status === 'abandoned') kill();
    },
    onInitError: init.settle,
    onResult: (requestId, result) => {
      if (current?.requestId === requestId) current.settle(result);
    },
  });
  const child = spawnSandboxProcess(definition, id, api.address);
  child.once('exit', (code, signal) => end(describeExit(code, signal)));
  child.once('error', (error) => end(error.message));
  forwardLines(child.stdout, 'stdout');
  forwardLines(child.stderr, 'stderr');
  const initTimer = setTimeout(() => init.settle(`not ready after ${INIT_TIMEOUT_MS} ms`), INIT_TIMEOUT_MS);
  void init.promise.then(() => clearTimeout(initTimer));

  function forwardLines(input: Readable | null, stream: LogLine['stream']): void {
    if (input === null) return;
    createInterface({ input }).on('line', (text) =>
      onLog({ functionName: definition.name, sandboxId: id, requestId: current?.requestId, stream, text }),
    );
  }

  function end(how: string): void {
    status = 'gone';
    isFrozen = false;
    init.settle(how);
    current?.settle({ kind: 'function-error', errorType: 'Runtime.ExitError', message: how });
    api.close();
    exit.settle();
  }

  function kill(): void {
    if (status !== 'gone') child.kill('SIGKILL');
  }

  async function invoke(payload: string): Promise<InvokeResult> {
    status = status === 'idle' ? 'busy' : status;
    const problem = await init.promise;
    if (problem !== undefined || status !== 'busy') {
      kill();
      return {
        kind: 'not-invoked',
        reason: `the sandbox did not start: ${problem ?? 'its process has ended'}`,
      };
    }

    const requestId = randomUUID();
    const result = settleable<InvokeResult>();
    current = { requestId, settle: result.settle };
    const timer = setTimeout(timeOut, definition.timeoutMs);
    const deadlineMs = Date.now() + definition.timeoutMs;
    api.dispatch({ requestId, functionArn: definition.arn, deadlineMs, payload });
    const answer = await result.promise;
    clearTimeout(timer);
    current = undefined;
    if (status === 'busy') status = 'idle';
    return answer;
  }

  function timeOut(): void {
    status = 'abandoned';
    const message = `Task timed out after ${(definition.timeoutMs / 1000).toFixed(2)} seconds`;
    current?.settle({ kind: 'function-error', errorType: 'Sandbox.Timedout', message });
    if (!isFrozen) kill();
  }

  return {
    id,
    get status() {
      return status;
    },
    get isFrozen() {
      return isFrozen;
    },
    exited: exit.promise,
    invoke,
    kill,
    freeze: () => {
      if (status !== 'gone') isFrozen = child.kill('SIGSTOP');
    },
    thaw: () => {
      if (status !== 'gone') child.kill('SIGCONT');
      isFrozen = false;
    },
  };
}
