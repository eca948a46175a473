import {
  deployLocally,
  startLocalPlatform,
  type Checkpoint,
  type Checkpoints,
  type DeploymentEvent,
  type FaultOf,
  type LocalDeployment,
  type LocalDeploymentOptions,
  type LocalPlatform,
  type LocalPlatformOptions,
  type LogLine,
} from '../../local/index.ts';
import { messageOf } from '../../model/index.ts';
import { describeDiff, diffPlans, isUpgradable, type Plan } from '../../plan/index.ts';
import { loadApp, type DevApp } from './dev-app.ts';
import type { KeptRun } from './state-folder.ts';

export interface SessionOptions extends LocalPlatformOptions {
  readonly onEvent: (event: DeploymentEvent) => void;
  readonly onLog: (line: LogLine) => void;
  readonly invoke?: NonNullable<LocalDeploymentOptions['invoke']>;
  readonly fault?: FaultOf;
  /** What an earlier session has left. */
  readonly before?: Pick<KeptRun, 'checkpoints' | 'plans' | 'services'> | undefined;
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
  /** Finishes the batches in flight and frees every port. Resolves with what another session can go on with. */
  stop(): Promise<Pick<KeptRun, 'checkpoints' | 'plans' | 'services'>>;
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

export async function startSession(options: SessionOptions): Promise<DevSession> {
  const { onEvent, onLog, invoke, fault, before: earlier, ...services } = options;
  const platform = await startLocalPlatform({ ...services, kept: earlier?.services });
  const checkpoints = new Map(
    [...(earlier?.checkpoints ?? [])].map(([mapping, shards]) => [mapping, new Map(shards)]),
  );
  let app: DevApp | undefined;
  let deployment: LocalDeployment | undefined;

  function checkpointsOf(functionName: string, eventSourceArn: string): Checkpoints {
    const mapping = `${functionName} ${eventSourceArn}`;
    const shards = checkpoints.get(mapping) ?? new Map<string, Checkpoint>();
    checkpoints.set(mapping, shards);
    return {
      load: (shardId) => Promise.resolve(shards.get(shardId)),
      save: (shardId, checkpoint) => {
        shards.set(shardId, checkpoint);
        return Promise.resolve();
      },
    };
  }

  async function run(next: DevApp): Promise<void> {
    const { assemblyDir } = next;
    const { endpoints } = platform;
    deployment = await deployLocally({
      assemblyDir,
      endpoints,
      mapping: { ...MAPPING, ...(fault !== undefined && { fault }) },
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
      const refusal = refusalOf(earlier?.plans ?? {}, next);
      if (refusal !== undefined) return { kind: 'refused', reason: refusal };
      await run(next);
      return { kind: 'deployed', notes: notRunning(next) };
    }
    if (next.fingerprint === before.fingerprint) return { kind: 'unchanged' };
    const refusal = refusalOf(plansOf(before), next);
    if (refusal !== undefined) return { kind: 'refused', reason: refusal };
    await stopFunctions();
    try {
      await run(next);
    } catch (error) {
      await run(before);
      return { kind: 'refused', reason: messageOf(error) };
    }
    return {
      kind: 'deployed',
      notes: [...diffsOf(plansOf(before), next).map(describeDiff), ...shardNotes(before, next)],
    };
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
      const plans = app === undefined ? (earlier?.plans ?? {}) : plansOf(app);
      return { services: platform.kept(), checkpoints, plans };
    },
  };
}

type Plans = Readonly<Record<string, Plan>>;

function plansOf({ pipelines }: DevApp): Plans {
  return Object.fromEntries(pipelines.map(({ path, plan }) => [path, plan]));
}

function refusalOf(before: Plans, next: DevApp): string | undefined {
  const refused = diffsOf(before, next).filter((diff) => !isUpgradable(diff));
  return refused.length === 0 ? undefined : refused.map(describeDiff).join('\n');
}

function diffsOf(before: Plans, next: DevApp): readonly ReturnType<typeof diffPlans>[] {
  return next.pipelines.flatMap(({ path, plan }) => {
    const old = before[path];
    return old === undefined ? [] : [diffPlans(old, plan)];
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
