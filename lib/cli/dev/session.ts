import {
  deployLocally,
  memoryCheckpoints,
  startLocalPlatform,
  type Checkpoints,
  type DeploymentEvent,
  type LocalDeployment,
  type LocalDeploymentOptions,
  type LocalPlatform,
  type LocalPlatformOptions,
  type LogLine,
} from '../../local/index.ts';
import { messageOf } from '../../model/index.ts';
import { describeDiff, diffPlans, isUpgradable } from '../../plan/index.ts';
import { loadApp, type DevApp } from './dev-app.ts';

export interface SessionOptions extends LocalPlatformOptions {
  readonly onEvent: (event: DeploymentEvent) => void;
  readonly onLog: (line: LogLine) => void;
  readonly invoke?: NonNullable<LocalDeploymentOptions['invoke']>;
}

/** What became of a newly synthesised app. */
export type Update =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'deployed'; readonly notes: readonly string[] }
  /** What ran before still runs. */
  | { readonly kind: 'refused'; readonly reason: string };

/** An app that runs on this machine while its code changes. */
export interface DevSession {
  readonly platform: LocalPlatform;
  /** What runs, or was run last. */
  readonly app: DevApp | undefined;
  /** Absent before the first one and while one takes the place of another. */
  readonly deployment: LocalDeployment | undefined;
  /**
   * Puts what was synthesised into the folder in the place of what runs. Endpoints, streams, tables and the positions of
   * mappings stay, functions are replaced. The folder must stay as long as it runs.
   */
  update(assemblyDir: string): Promise<Update>;
  /** Finishes the batches in flight and frees every port. */
  stop(): Promise<void>;
}

/** Quicker than Lambda where nothing is lost by it: somebody is watching. */
const MAPPING = {
  pollMs: 100,
  idleFinalMs: 1000,
  discoveryMs: 500,
  backoff: { baseMs: 200, factor: 2, maxMs: 5000 },
  // A function's code can be updated while its mapping goes on.
  modes: { restartInWindow: 'position-with-state' },
} as const;

export async function startSession({
  onEvent,
  onLog,
  invoke,
  ...options
}: SessionOptions): Promise<DevSession> {
  const platform = await startLocalPlatform(options);
  const checkpoints = new Map<string, Checkpoints>();
  let app: DevApp | undefined;
  let deployment: LocalDeployment | undefined;

  function checkpointsOf(functionName: string, streamArn: string): Checkpoints {
    const mapping = `${functionName} ${streamArn}`;
    const known = checkpoints.get(mapping) ?? memoryCheckpoints();
    checkpoints.set(mapping, known);
    return known;
  }

  async function run(next: DevApp): Promise<void> {
    const { assemblyDir } = next;
    const { endpoints } = platform;
    deployment = await deployLocally({
      assemblyDir,
      endpoints,
      mapping: MAPPING,
      checkpointsOf,
      onEvent,
      onLog,
      ...(invoke !== undefined && { invoke }),
    });
    app = next;
  }

  async function update(assemblyDir: string): Promise<Update> {
    const next = loadApp(assemblyDir);
    const before = app;
    if (before === undefined) {
      await run(next);
      return { kind: 'deployed', notes: notRunning(next) };
    }
    if (next.fingerprint === before.fingerprint) return { kind: 'unchanged' };
    const refusal = refusalOf(before, next);
    if (refusal !== undefined) return { kind: 'refused', reason: refusal };
    await stopFunctions();
    try {
      await run(next);
    } catch (error) {
      await run(before);
      return { kind: 'refused', reason: messageOf(error) };
    }
    return { kind: 'deployed', notes: [...stateNotes(before, next), ...shardNotes(before, next)] };
  }

  async function stopFunctions(): Promise<void> {
    const stopping = deployment;
    deployment = undefined;
    await stopping?.stop();
  }

  return {
    platform,
    get app() {
      return app;
    },
    get deployment() {
      return deployment;
    },
    update,
    stop: async () => {
      await stopFunctions();
      await platform.stop();
    },
  };
}

function refusalOf(before: DevApp, next: DevApp): string | undefined {
  const refused = diffsOf(before, next).filter((diff) => !isUpgradable(diff));
  return refused.length === 0 ? undefined : refused.map(describeDiff).join('\n');
}

function stateNotes(before: DevApp, next: DevApp): readonly string[] {
  return diffsOf(before, next).map(describeDiff);
}

function diffsOf(before: DevApp, next: DevApp): readonly ReturnType<typeof diffPlans>[] {
  return next.pipelines.flatMap(({ path, plan }) => {
    const old = before.pipelines.find((pipeline) => pipeline.path === path);
    return old === undefined ? [] : [diffPlans(old.plan, plan)];
  });
}

function shardNotes(before: DevApp, next: DevApp): readonly string[] {
  return next.assembly.streams.flatMap(({ name, shardCount }) => {
    const old = before.assembly.streams.find((stream) => stream.name === name);
    if (old === undefined || old.shardCount === shardCount) return [];
    return [`stream ${name} keeps its shards; split or merge them, or start again for ${shardCount}`];
  });
}

function notRunning({ assembly }: DevApp): readonly string[] {
  return assembly.unsupported.map(
    ({ logicalId, type, reason }) => `${logicalId} (${type}) does not run here${reason ? `: ${reason}` : ''}`,
  );
}
