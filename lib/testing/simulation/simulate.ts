import type { Pipeline } from '../../dsl/index.ts';
import { DEFAULT_LIMITS, JournaledTask, type TaskLimits, type TaskPorts } from '../../journal/index.ts';
import { messageOf, RetryableError } from '../../model/index.ts';
import { planOf } from '../../plan/index.ts';
import { MemoryJournalStore } from '../memory-journal-store.ts';
import { MemorySinks } from '../memory-sinks.ts';
import { MemoryStream } from '../memory-stream.ts';
import { Decisions, randomFrom, type Random } from '../random.ts';
import { LiveStream } from './live-stream.ts';
import { FaultPlan, type FaultPlanOptions, type InjectedFault } from './faults.ts';
import { ShardMapping } from './mapping.ts';
import { SimulatedSandbox, type SimulatedWorld } from './sandbox.ts';
import type { ShardHistory } from './simulated-shards.ts';
import { streamHistory, type SimulatedRecord } from './stream-history.ts';
import { settled } from './turns.ts';

/** What a simulation runs, and how it knows that the results are right. */
export interface Workload {
  /**
   * The versions of the pipeline for one run, oldest first, which may differ from seed to seed. They must have the same
   * sources and stages, and be able to read each other's state. `isMended` answers true once nothing goes wrong any more: what
   * halts a shard must no longer do so then.
   */
  readonly pipelines: (random: Random, isMended: () => boolean) => readonly [Pipeline, ...Pipeline[]];
  /** The input of one run, by source. */
  readonly records: (random: Random) => Readonly<Record<string, readonly SimulatedRecord[]>>;
  /** What is wrong with the results, or nothing. */
  readonly check: (
    /** Those of the sources. */
    shards: readonly ShardHistory[],
    sinks: MemorySinks,
    pipeline: Pipeline,
  ) => string | undefined;
}

/** What a run of the simulation follows from. */
export interface SimulationOptions extends FaultPlanOptions {
  readonly seed: number;
  /** Put between the protocol and the world, to see whether the simulation notices. */
  readonly mutate?: (world: SimulatedWorld) => SimulatedWorld;
}

/** How a run of the simulation ended, and what went wrong on purpose meanwhile. */
export interface SimulationResult {
  readonly seed: number;
  /** What went wrong, or nothing. */
  readonly failure: string | undefined;
  readonly faults: readonly InjectedFault[];
}

const SANDBOXES = 3;
const FAULTY_STEPS = 400;
const MAX_STEPS = 2_500;
/** The one an entry points at, and a long outbox beside it. */
const CHECKPOINTS_IN_USE = 2;

/**
 * Runs a pipeline through a stream, an event source mapping, sandboxes and a journal that all misbehave, in one process
 * and without real time, and checks its results. Everything follows from the seed.
 *
 * For a while anything can go wrong; then nothing does, and the input is delivered to its end. Frozen sandboxes thaw at
 * any moment, the last ones after everything else.
 */
export async function simulate(workload: Workload, options: SimulationOptions): Promise<SimulationResult> {
  const decisions = new Decisions(options.seed);
  const faults = new FaultPlan(decisions, options);
  const failure = await run(workload, decisions, faults, options).catch((error: unknown) => messageOf(error));
  return { seed: options.seed, failure, faults: faults.injected };
}

async function run(
  workload: Workload,
  decisions: Decisions,
  faults: FaultPlan,
  { seed, mutate = (world) => world }: SimulationOptions,
): Promise<string | undefined> {
  const random = randomFrom(seed);
  const pipelines = workload.pipelines(random, () => faults.isOver);
  const [pipeline] = pipelines;
  const { stages } = planOf(pipeline);
  const shards = Object.entries(workload.records(random)).flatMap(([source, records]) =>
    streamHistory(source, random, records, 1 + random.below(2), random.chance(0.5)),
  );
  const store = new MemoryJournalStore(4 + random.below(8));
  const sinks = new MemorySinks();
  const stream = streamOf(shards);
  const shuffles = new Map<string, LiveStream>();
  const mappings: ShardMapping[] = [];
  const world = mutate({
    decisions,
    faults,
    store,
    sinks,
    stream,
    shuffles,
    peersOf: (shardId) => {
      const stage = stageOf(shardId);
      const all =
        shuffles.get(stage)?.openShards ?? shards.filter((shard) => stageOf(shard.shardId) === stage);
      return all.filter(({ isClosed }) => !isClosed).map((shard) => shard.shardId);
    },
    newTask: taskFactory(pipelines, limitsFrom(random)),
    newToken: tokens(),
    frozen: [],
  });
  const windowed = new Map(stages.map(({ id }) => [id, random.chance(0.75)]));
  const addMapping = (shard: ShardHistory, isComplete: () => boolean): void => {
    const hasWindow = windowed.get(stageOf(shard.shardId)) ?? true;
    mappings.push(new ShardMapping(shard, hasWindow, decisions, faults, isComplete));
  };
  for (const shard of shards) addMapping(shard, () => true);
  for (const { id, input } of stages) {
    if (input.kind !== 'shuffle') continue;
    const isComplete = (): boolean =>
      world.frozen.length === 0 &&
      mappings.every(({ isDone, shard }) => isDone || !input.from.includes(stageOf(shard.shardId)));
    shuffles.set(id, new LiveStream(id, input.partitions, stream, (shard) => addMapping(shard, isComplete)));
  }
  let version = 0;
  const sandboxes = Array.from({ length: SANDBOXES }, () => new SimulatedSandbox(world, version));

  for (let step = 0; mappings.some(({ isDone }) => !isDone); step += 1) {
    if (step === FAULTY_STEPS) faults.end();
    if (step === MAX_STEPS) return `does not come to an end within ${MAX_STEPS} steps`;
    faults.atStep(step);
    if (decisions.about('thaw').chance(faults.isOver ? 0.5 : 0.15)) await thawOne(world);
    const mapping = decisions.about('mapping').pick(deliverable(mappings));
    const index = decisions.about('sandbox').below(SANDBOXES);
    for (const [id, shuffle] of shuffles) {
      if (faults.strikes('shuffle is resharded', id)) shuffle.reshard(decisions.about(`shards of ${id}`));
    }
    if (faults.strikes('code is upgraded')) version = Math.min(version + 1, pipelines.length - 1);
    const sandbox = sandboxes[index];
    const delivery = mapping.next();
    if (delivery === undefined || sandbox === undefined) continue;
    const outcome = await settled(sandbox.taskOf(mapping.shard.shardId).invoke(delivery));
    if (outcome.kind === 'done') mapping.succeeded(delivery, outcome.value);
    else {
      if (outcome.kind === 'failed' && !(outcome.error instanceof RetryableError)) throw outcome.error;
      mapping.failed(delivery);
    }
    if (outcome.kind === 'waiting' || faults.strikes('sandbox is started anew')) {
      const isOld = faults.strikes('sandbox has code of before');
      sandboxes[index] = new SimulatedSandbox(world, isOld ? Math.max(0, version - 1) : version);
    }
  }
  while (world.frozen.length > 0) await thawOne(world);
  return (
    workload.check(shards, sinks, pipeline) ?? storageProblem(store, pipeline, shards, faults.injected.length)
  );
}

/** Shards are called by their stage and a number. */
function stageOf(shardId: string): string {
  return shardId.slice(0, shardId.lastIndexOf(':'));
}

/** Shards whose parents are done, and which are not. */
function deliverable(mappings: readonly ShardMapping[]): readonly [ShardMapping, ...ShardMapping[]] {
  const done = new Set(mappings.filter(({ isDone }) => isDone).map(({ shard }) => shard.shardId));
  const [first, ...rest] = mappings.filter(
    ({ isDone, shard }) => !isDone && shard.parents.every((parent) => done.has(parent)),
  );
  if (first === undefined) throw new RangeError('no shard can be delivered');
  return [first, ...rest];
}

async function thawOne({ frozen, decisions }: SimulatedWorld): Promise<void> {
  const [thaw] = frozen.splice(decisions.about('frozen').below(Math.max(1, frozen.length)), 1);
  thaw?.();
  await settled(new Promise(() => {}));
}

function streamOf(shards: readonly ShardHistory[]): MemoryStream {
  const stream = new MemoryStream();
  for (const { shardId, records, ...facts } of shards) {
    stream.addShard(shardId, facts);
    stream.append(shardId, ...records);
  }
  return stream;
}

function taskFactory(
  pipelines: readonly Pipeline[],
  limits: TaskLimits,
): (shardId: string, ports: TaskPorts, version: number) => JournaledTask {
  const plans = pipelines.map((pipeline) => planOf(pipeline).stages);
  return (shardId, ports, version) => {
    const pipeline = pipelines[version];
    const stage = plans[version]?.find(({ id }) => id === stageOf(shardId));
    if (pipeline === undefined || stage === undefined) throw new RangeError(`there is no version ${version}`);
    return new JournaledTask(pipeline, stage, shardId, ports, limits);
  };
}

/** Often so small that everything has to be cut up. */
function limitsFrom(random: Random): TaskLimits {
  return {
    tailBytes: random.chance(0.5) ? 200 + random.below(1_500) : DEFAULT_LIMITS.tailBytes,
    entryBytes: random.chance(0.4) ? 100 + random.below(400) : DEFAULT_LIMITS.entryBytes,
    smallestCheckpointBytes: random.chance(0.5) ? 100 : DEFAULT_LIMITS.smallestCheckpointBytes,
    entriesPerPiece: 1 + random.below(5),
  };
}

function tokens(): () => string {
  let given = 0;
  return () => {
    given += 1;
    return `token-${given}`;
  };
}

/** Every fault may leave a checkpoint behind that no entry points at, until the next one is taken; nothing else may. */
function storageProblem(
  store: MemoryJournalStore,
  pipeline: Pipeline,
  shards: readonly ShardHistory[],
  faults: number,
): string | undefined {
  for (const { shardId } of shards) {
    const task = `${pipeline.name}/${stageOf(shardId)}/${shardId}`;
    const { entries, checkpoints } = store.sizeOf(task);
    if (entries > store.slots || checkpoints > CHECKPOINTS_IN_USE + faults) {
      return `task "${task}" holds ${entries} entries and ${checkpoints} checkpoints`;
    }
  }
  return undefined;
}
