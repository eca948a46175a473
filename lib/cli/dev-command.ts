import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadCompanion } from './dashboard/companion.ts';
import { openDashboard, type OpenDashboard } from './dashboard/dashboard.ts';
import { faultSwitch } from './dashboard/fault-switch.ts';
import { Mishaps } from './dashboard/mishaps.ts';
import { Observations } from './dashboard/observations.ts';
import { sourcePlaces } from './dashboard/source-place.ts';
import type { LocalPlatform } from '../local/index.ts';
import { DefinitionError, messageOf } from '../model/index.ts';
import { createAppRunner, type AppRunner } from './dev/app-runner.ts';
import { startSession, type DevSession, type Update } from './dev/session.ts';
import { openStateFolder } from './dev/state-folder.ts';
import { watchSources } from './dev/watch.ts';
import type { Terminal } from './terminal.ts';

export const DEV_USAGE = `usage: millrace dev [--app COMMAND] [--context NAME=VALUE]… [--companion MODULE]
                    [--state FOLDER] [--port N]

  --app COMMAND         the CDK app, for example "npx tsx bin/app.ts" (default what cdk.json says)
  --context NAME=VALUE  context for the app; may be repeated
  --companion MODULE    exports \`companion\`: traffic to feed the app with, and a check of what comes out
  --state FOLDER        keeps streams, tables and positions there, and goes on with them the next time
  --port N              of the dashboard (default 0, any free port)`;

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
      companion: { type: 'string' },
      state: { type: 'string' },
      port: { type: 'string', default: '0' },
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
  const port = portOf(values.port);
  const companion = values.companion === undefined ? {} : await loadCompanion(values.companion);
  const state = values.state === undefined ? undefined : openStateFolder(values.state);
  const observations = new Observations((text) => terminal.printError(text));
  const faults = faultSwitch();
  const mishaps = new Mishaps((text) => observations.tell(Date.now(), 'news', text));
  /** Destinations; all that comes to one is on the dashboard. */
  const toldOf = new Set<string>();
  const session = await startSession({
    ...(state !== undefined && { dynamodbPath: state.dynamodbPath, before: state.before }),
    dynamodbFault: faults.fault,
    onEvent: (event) => {
      observations.onEvent(event);
      if (event.kind !== 'failure-written' || toldOf.has(event.destinationArn)) return;
      toldOf.add(event.destinationArn);
      terminal.print(`${event.text}; those to come go there too`);
    },
    onLog: (line) => observations.onLog(line),
    invoke: (target, event) => mishaps.invoke(target, event),
    fault: (batch) => mishaps.fault(batch),
  });
  const runner = createAppRunner({ app: values.app, context: values.context }, folder);
  let dashboard: OpenDashboard | undefined;
  try {
    const sent = state?.before?.sent ?? 0;
    dashboard = await openDashboard({ session, observations, faults, mishaps, companion, sent, port });
    const tell = teller(observations, terminal);
    const deploy = deployer(session, runner, folder, tell);
    terminal.print('synthesising and deploying on this machine');
    await deploy();
    for (const { source, kind, name } of sourcePlaces(session.app?.pipelines ?? [])) {
      terminal.print(`source ${source} is ${kind} ${name}`);
    }
    terminal.print(describeEndpoints(session.platform.endpoints));
    terminal.print(`the dashboard is at ${dashboard.url}`);
    await untilInterrupted(deploy, terminal);
    faults.kind = 'none';
  } finally {
    runner.close();
    await dashboard?.close();
    const left = await session.stop();
    if (session.app !== undefined) state?.keep({ ...left, sent: dashboard?.sent ?? 0 });
    state?.release();
    await rm(folder, { recursive: true, force: true });
  }
  return 0;
}

/** @throws DefinitionError if it is none */
function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new DefinitionError(
    `--port is "${text}"; it must be a whole number from 0 to 65535, for example 4000`,
  );
}

/** So that an AWS client can be told where everything is. */
function describeEndpoints({ kinesis, dynamodb, s3 }: LocalPlatform['endpoints']): string {
  return `AWS_ENDPOINT_URL_KINESIS=${kinesis} AWS_ENDPOINT_URL_DYNAMODB=${dynamodb} AWS_ENDPOINT_URL_S3=${s3}`;
}

type Deploy = (changed?: string) => Promise<void>;

/** Synthesises into two folders in turn: what runs needs its own until something else runs. */
function deployer(session: DevSession, runner: AppRunner, folder: string, tell: Tell): Deploy {
  let folders = [join(folder, 'a'), join(folder, 'b')] as const;
  return async (changed) => {
    const began = performance.now();
    const [outDir, other] = folders;
    const update = await runner
      .synth(outDir, changed)
      .then(() => session.update(outDir))
      .catch((error: unknown): Update => ({ kind: 'refused', reason: messageOf(error) }));
    if (update.kind === 'deployed') folders = [other, outDir];
    tell(update, performance.now() - began, session.app !== undefined);
  };
}

type Tell = (update: Update, tookMs: number, isRunning: boolean) => void;

/** Prints what has become of an app, and puts it on the dashboard. */
function teller(observations: Observations, { print, printError, interrupted }: Terminal): Tell {
  return (update, tookMs, isRunning) => {
    if (interrupted.aborted) return;
    switch (update.kind) {
      case 'unchanged':
        return print('nothing that is deployed has changed');
      case 'refused': {
        const next = isRunning
          ? 'what ran before still runs'
          : 'nothing runs yet; correct it, and it is deployed';
        observations.tell(Date.now(), 'problem', `${update.reason}\n${next}`);
        return printError(`${update.reason}\n${next}`);
      }
      case 'deployed': {
        const text = [`deployed in ${(tookMs / 1000).toFixed(1)} s`, ...update.notes].join('\n');
        observations.tell(Date.now(), 'news', text);
        return print(text);
      }
    }
  };
}

/** Deploys again whenever a source file changes. */
async function untilInterrupted(deploy: Deploy, { print, interrupted }: Terminal): Promise<void> {
  let last: Promise<void> = Promise.resolve();
  const watcher = watchSources('.', (file) => {
    last = last.then(async () => {
      if (interrupted.aborted) return;
      print(`${file} changed`);
      await deploy(file);
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
