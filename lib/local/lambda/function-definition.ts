/** A function as it would be deployed. */
export interface FunctionDefinition {
  readonly name: string;
  readonly arn: string;
  /** `index.handler`: the export `handler` of the module `index` in `codeDir`. */
  readonly handler: string;
  readonly codeDir: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** All the function sees, besides PATH and what Lambda itself sets. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A line a function wrote to its standard output or error. */
export interface LogLine {
  readonly functionName: string;
  readonly sandboxId: string;
  /** Absent outside an invocation. */
  readonly requestId: string | undefined;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}
