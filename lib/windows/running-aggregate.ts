import { foldOf, type AggregateSpec, type EarlierAggregates, type Fold } from '../aggregators/index.ts';
import {
  decodeKey,
  type Event,
  type Operator,
  type OperatorContext,
  type OperatorDefinition,
  type StateEntry,
} from '../model/index.ts';
import { floorMod, formatDuration } from '../time/index.ts';
import { aggregateMigrations } from './migrations.ts';
import { describeEarly, type Early } from './policy.ts';
import { lateFor } from './row.ts';

/** When a running aggregate speaks, and after how long without events it is forgotten. */
export interface RunningPolicy {
  readonly emit: Exclude<Early, { kind: 'never' }>;
  readonly forgetAfterMs: number | undefined;
}

interface Running {
  readonly accumulators: unknown[];
  /** The newest event time. */
  latest: number;
  /** Records since it last spoke. */
  news: number;
}

type Context = OperatorContext<Running>;

const ONLY = 0;

/**
 * Aggregates everything a key ever had. Its row is updated as events come, early or late.
 *
 * State: an entry for each key with the accumulators, due when it speaks next or is to be forgotten, whichever is first.
 */
class RunningAggregate implements Operator<Running> {
  readonly #policy: RunningPolicy;
  readonly #fold: Fold;

  constructor(policy: RunningPolicy, fold: Fold) {
    this.#policy = policy;
    this.#fold = fold;
  }

  onEvent(event: Event, context: Context): void {
    const { key = '', value, timestamp } = event;
    if (event.isAhead === true) {
      context.emitLate(lateFor(event, context.watermark, { start: timestamp, end: timestamp + 1 }));
      return;
    }
    const extracted = this.#fold.extract(value, timestamp);
    const known = context.state.get(key, ONLY);
    const running = known?.value ?? { accumulators: this.#fold.init(), latest: timestamp, news: 0 };
    this.#fold.add(running.accumulators, this.#fold.prepare(running.accumulators, extracted));
    running.latest = Math.max(running.latest, timestamp);
    running.news += 1;
    const { emit } = this.#policy;
    const isTime = emit.kind === 'on-update' || (emit.kind === 'after-count' && running.news >= emit.count);
    if (isTime) this.#speak(key, running, timestamp, context);
    const due = this.#dueOf(running, known?.due, context);
    if (known !== undefined && known.due === due) context.state.touch(known);
    else context.state.put(key, ONLY, running, due);
  }

  onDue({ key, value, due = 0 }: StateEntry<Running>, context: Context): void {
    const isForgotten = this.#forgottenAt(value) <= due;
    if (value.news > 0 && this.#policy.emit.kind === 'every') this.#speak(key, value, due, context);
    if (isForgotten) context.emit({ ...this.#row(key, value, due), change: 'retract' });
    else context.state.put(key, ONLY, value, this.#dueOf(value, undefined, context));
  }

  /** A due instant that lies too early is kept: it is looked at again then. */
  #dueOf(running: Running, known: number | undefined, { watermark }: Context): number | undefined {
    const { emit } = this.#policy;
    const now = Number.isFinite(watermark) ? watermark : running.latest;
    const speaks =
      emit.kind === 'every' && running.news > 0 ? now - floorMod(now, emit.everyMs) + emit.everyMs : Infinity;
    const due = Math.min(speaks, known ?? Infinity, this.#forgottenAt(running));
    return due === Infinity ? undefined : due;
  }

  #forgottenAt({ latest }: Running): number {
    const { forgetAfterMs } = this.#policy;
    return forgetAfterMs === undefined ? Infinity : latest + forgetAfterMs;
  }

  #speak(key: string, running: Running, timestamp: number, context: Context): void {
    running.news = 0;
    context.emit({ ...this.#row(key, running, timestamp), change: 'update' });
  }

  #row(key: string, { accumulators }: Running, timestamp: number): Event {
    return { key, timestamp, value: { key: decodeKey(key), ...this.#fold.results(accumulators) } };
  }
}

function shapeOf(foldShape: string): string {
  return `running ${foldShape}`;
}

/** Aggregates everything a key has ever had, and updates its row as events come. */
export function runningAggregate(
  policy: RunningPolicy,
  aggregates: AggregateSpec<never>,
  earlier: readonly EarlierAggregates[] = [],
): OperatorDefinition {
  const fold = foldOf(aggregates);
  const { emit, forgetAfterMs } = policy;
  return {
    kind: 'running-aggregate',
    shape: shapeOf(fold.shape),
    does: `running, emits ${describeEarly(emit)} ${fold.shape}`,
    keeps:
      forgetAfterMs === undefined
        ? 'one entry for each key'
        : `one entry for each key, until ${formatDuration(forgetAfterMs)} after its last event`,
    horizonMs: forgetAfterMs,
    delayMs: 0,
    results: 'rows',
    create: () => new RunningAggregate(policy, fold),
    migrations: aggregateMigrations(earlier, aggregates, shapeOf),
  };
}
