import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../model/index.ts';
import { startSession, type DevSession, type Update } from './dev/session.ts';
import { synth } from './dev/synth.ts';
import { watchSources } from './dev/watch.ts';
import type { Terminal } from './main.ts';

export const DEV_USAGE = `usage: millrace dev [--app COMMAND] [--context NAME=VALUE]…

  --app COMMAND         the CDK app, for example "npx tsx bin/app.ts" (default what cdk.json says)
  --context NAME=VALUE  context for the app; may be repeated`;

/**
 * Synthesises an app, runs it on this machine, and again whenever its code changes, until it is interrupted.
 * @returns the exit code
 */
export async function devCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      app: { type: 'string' },
      context: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    terminal.print(DEV_USAGE);
    return 0;
  }
  // The functions are deployed on a newer Node; here it may be the oldest the SDK still supports.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const folder = join('.millrace', `dev-${process.pid}`);
  const session = await startSession({
    onEvent: (event) => {
      if (event.kind === 'batch-failed') terminal.printError(`${event.shardId} failed: ${event.message}`);
    },
    onLog: () => {},
  });
  try {
    const deploy = deployer(session, folder, { app: values.app, context: values.context });
    await runUntilInterrupted(deploy, terminal);
  } finally {
    await session.stop();
    await rm(folder, { recursive: true, force: true });
  }
  return 0;
}

/** Synthesises into two folders in turn: what runs needs its own until something else runs. */
function deployer(
  session: DevSession,
  folder: string,
  options: { readonly app: string | undefined; readonly context: readonly string[] },
): () => Promise<Update> {
  let folders = [join(folder, 'a'), join(folder, 'b')] as const;
  return async () => {
    const [outDir, other] = folders;
    await synth({ ...options, outDir });
    const update = await session.update(outDir);
    if (update.kind === 'deployed') folders = [other, outDir];
    return update;
  };
}

async function runUntilInterrupted(deploy: () => Promise<Update>, terminal: Terminal): Promise<void> {
  const { print, printError, interrupted } = terminal;
  print('synthesising and deploying on this machine');
  printUpdate(await deploy(), terminal);
  let last: Promise<void> = Promise.resolve();
  const watcher = watchSources('.', (file) => {
    last = last.then(async () => {
      if (interrupted.aborted) return;
      print(`${file} changed`);
      await deploy().then(
        (update) => printUpdate(update, terminal),
        (error: unknown) => printError(`${messageOf(error)}\nwhat ran before still runs`),
      );
    });
  });
  print('edit a pipeline and it is deployed again; Ctrl-C ends it');
  await new Promise<void>((resolve) => {
    if (interrupted.aborted) resolve();
    else interrupted.addEventListener('abort', () => resolve(), { once: true });
  });
  watcher.close();
  print('stopping');
  await last;
}

function printUpdate(update: Update, { print, printError }: Terminal): void {
  switch (update.kind) {
    case 'unchanged':
      return print('nothing that is deployed has changed');
    case 'refused':
      return printError(`${update.reason}\nwhat ran before still runs`);
    case 'deployed':
      return print(['deployed', ...update.notes].join('\n'));
  }
}
