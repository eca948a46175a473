import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefinitionError } from '../../model/index.ts';
import { ended, synth, type SynthOptions } from './synth.ts';

/** How the CDK ran the app, as the hook in the app's process wrote it down. */
interface Recorded {
  readonly execPath: string;
  readonly execArgv: readonly string[];
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Synthesises an app again and again, and after the first time quickly. */
export interface AppRunner {
  /**
   * @param changed the file that has changed since
   * @throws DefinitionError with what was printed, if it fails
   */
  synth(outDir: string, changed?: string): Promise<void>;
  close(): void;
}

/** A process that waits to be told where to synthesise to. It may end before. */
interface Spare {
  readonly child: ChildProcess;
  readonly end: ReturnType<typeof ended>;
}

const HOOK = new URL('app-hook.mjs', import.meta.url);
/** What these say, the CDK's command line has read before it ran the app. */
const SETTINGS = ['cdk.json', 'cdk.context.json', 'package.json', 'tsconfig.json'];
/** In the assembly's manifest, what the CDK's command line would have to do something about. */
const UNFINISHED = /"missing"|"aws:cdk:error"/;

/**
 * The first synthesis is `cdk synth`. The next ones run the app as that did, in a process that has loaded the CDK in
 * advance, and without the CDK's own validation of templates, which takes longer than all else; deploying has it. Where
 * that isn't possible, because the app isn't Node, or looks something up in an account, each is `cdk synth`.
 *
 * @param folder to keep files in
 */
export function createAppRunner(
  options: Omit<SynthOptions, 'outDir' | 'environment'>,
  folder: string,
): AppRunner {
  const record = join(folder, 'app.json');
  let spare: Spare | undefined;

  async function byCdk(outDir: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    rmSync(record, { force: true });
    const hook = `${process.env['NODE_OPTIONS'] ?? ''} --import ${HOOK.href}`.trim();
    await synth({ ...options, outDir, environment: { NODE_OPTIONS: hook, MILLRACE_APP_RECORD: record } });
  }

  async function byItself(outDir: string): Promise<boolean> {
    const taken = spare ?? start();
    spare = undefined;
    if (taken === undefined || hasEnded(taken.child)) return false;
    taken.child.stdin?.end(outDir);
    const { code, printed } = await taken.end;
    if (code !== 0) throw new DefinitionError(`the app ended with exit code ${code}:\n${printed}`);
    const manifest = join(outDir, 'manifest.json');
    return existsSync(manifest) && !UNFINISHED.test(readFileSync(manifest, 'utf8'));
  }

  function start(): Spare | undefined {
    if (!existsSync(record)) return undefined;
    const { execPath, execArgv, args, env }: Recorded = JSON.parse(readFileSync(record, 'utf8'));
    const child = spawn(execPath, [...execArgv, '--import', fileURLToPath(HOOK), ...args], {
      env: {
        ...env,
        ...(process.env['NODE_OPTIONS'] !== undefined && { NODE_OPTIONS: process.env['NODE_OPTIONS'] }),
        MILLRACE_APP_MODULES: record,
        CDK_VALIDATION: 'false',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // It ends without having read what it is told: how it ended says why.
    child.stdin.on('error', () => {});
    const end = ended(child);
    end.catch(() => {});
    return { child, end };
  }

  return {
    synth: async (outDir, changed = '') => {
      if (SETTINGS.includes(basename(changed))) stopSpare();
      const isQuick = !SETTINGS.includes(basename(changed));
      try {
        if (!isQuick || !(await byItself(outDir))) await byCdk(outDir);
      } finally {
        spare ??= start();
      }
    },
    close: stopSpare,
  };

  function stopSpare(): void {
    spare?.child.kill('SIGKILL');
    spare = undefined;
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
