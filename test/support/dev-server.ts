import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** `millrace dev` in a process of its own. */
export interface DevServer {
  readonly url: string;
  /** Everything it has printed. */
  printed(): string;
  /** Resolves once it has printed `text`. */
  prints(text: string): Promise<void>;
  /** As by Ctrl-C. Resolves with its exit code. */
  interrupt(): Promise<number | null>;
}

const POLL_MS = 50;
const URL = /the dashboard is at (\S+)/;

/** @throws Error with what it printed, if it ends before it has a dashboard */
export async function startDevServer(args: readonly string[], cwd = '.'): Promise<DevServer> {
  const main = new globalThis.URL('../../bin/millrace.ts', import.meta.url).pathname;
  const tsx = import.meta.resolve('tsx');
  const child: ChildProcess = spawn(process.execPath, ['--import', tsx, main, 'dev', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));

  async function until(isThere: () => boolean): Promise<void> {
    while (!isThere()) {
      if (child.exitCode !== null) throw new Error(`millrace dev ended with ${child.exitCode}:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  await until(() => URL.test(output));
  return {
    url: URL.exec(output)?.[1] ?? '',
    printed: () => output,
    prints: (text) => until(() => output.includes(text)),
    interrupt: async () => {
      if (child.exitCode !== null) return child.exitCode;
      const exited = once(child, 'exit');
      child.kill('SIGINT');
      await exited;
      return child.exitCode;
    },
  };
}
