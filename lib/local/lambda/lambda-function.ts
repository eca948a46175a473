import { MAX_PAYLOAD_BYTES } from './limits.ts';
import type { FunctionDefinition, LogLine } from './function-definition.ts';
import type { InvokeResult } from './invoke-result.ts';
import { startSandbox, type OwnedSandbox, type Sandbox } from './sandbox.ts';

/** How many sandboxes a function has, and who reads its log. */
export interface FunctionOptions {
  readonly onLog?: (line: LogLine) => void;
  /** Sandboxes at once; invocations beyond it are throttled. @default 100 */
  readonly maxConcurrency?: number;
  /** Keep two warm sandboxes and use them in turn, so that each sees only every other event. @default false */
  readonly alternate?: boolean;
}

/** A function with its sandboxes: started when needed, kept warm, one event at a time each. */
export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  /** Calls the function synchronously with `event` as JSON. Never rejects: what went wrong is in the result. */
  invoke(event: unknown): Promise<InvokeResult>;
  /** All sandboxes that exist now. */
  readonly sandboxes: readonly Sandbox[];
  /** Ends all sandboxes; invocations still running fail. */
  close(): Promise<void>;
}

/** Makes a function that runs on this machine. No sandbox is started before the first event comes. */
export function createFunction(
  definition: FunctionDefinition,
  options: FunctionOptions = {},
): LambdaFunction {
  const { maxConcurrency = 100, alternate = false, onLog = () => {} } = options;
  const sandboxes = new Set<OwnedSandbox>();
  /** The longest unused first. */
  const warm: OwnedSandbox[] = [];
  let starting = 0;
  let started = 0;
  let isClosed = false;

  async function invoke(event: unknown): Promise<InvokeResult> {
    if (isClosed) return notInvoked(`function "${definition.name}" is closed`);
    const payload = JSON.stringify(event) ?? 'null';
    const bytes = Buffer.byteLength(payload);
    if (bytes > MAX_PAYLOAD_BYTES) {
      return notInvoked(`the request has ${bytes} bytes; at most ${MAX_PAYLOAD_BYTES} are allowed`);
    }
    const sandbox = takeWarm() ?? (await startOne());
    if (sandbox === undefined) return notInvoked(`throttled: ${maxConcurrency} sandboxes are busy`);
    const result = await sandbox.invoke(payload);
    if (sandbox.status === 'idle') warm.push(sandbox);
    return result;
  }

  function takeWarm(): OwnedSandbox | undefined {
    if (alternate && sandboxes.size + starting < 2) return undefined;
    const usable = warm.filter(({ status, isFrozen }) => status === 'idle' && !isFrozen);
    const chosen = alternate ? usable[0] : usable.at(-1);
    if (chosen !== undefined) warm.splice(warm.indexOf(chosen), 1);
    return chosen;
  }

  async function startOne(): Promise<OwnedSandbox | undefined> {
    if (sandboxes.size + starting >= maxConcurrency) return undefined;
    starting += 1;
    started += 1;
    try {
      const sandbox = await startSandbox(definition, `${definition.name}#${started}`, onLog);
      sandboxes.add(sandbox);
      void sandbox.exited.then(() => forget(sandbox));
      if (isClosed) sandbox.kill();
      return sandbox;
    } finally {
      starting -= 1;
    }
  }

  function forget(sandbox: OwnedSandbox): void {
    sandboxes.delete(sandbox);
    const index = warm.indexOf(sandbox);
    if (index !== -1) warm.splice(index, 1);
  }

  return {
    name: definition.name,
    arn: definition.arn,
    invoke,
    get sandboxes() {
      return [...sandboxes];
    },
    close: async () => {
      isClosed = true;
      for (const sandbox of sandboxes) sandbox.kill();
      await Promise.all([...sandboxes].map(({ exited }) => exited));
    },
  };
}

function notInvoked(reason: string): InvokeResult {
  return { kind: 'not-invoked', reason };
}
