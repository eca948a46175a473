import type { Fold, Prepared } from '../aggregators/index.ts';
import type {
  CombinerOptions,
  Event,
  Operator,
  OperatorContext,
  OperatorDefinition,
  StateEntry,
} from '../model/index.ts';
import { formatDuration } from '../time/index.ts';
import { tumblingAt } from './assign.ts';
import { greatestCommonDivisor } from './pane-windows.ts';
import { isUpdating, type WindowPolicy } from './policy.ts';
import type { WindowSpec } from './window-spec.ts';

/** Spans that no window of a spec cuts: what is folded within one belongs to the same windows. */
interface Panes {
  readonly paneMs: number;
  readonly offsetMs: number;
}

/** The panes of windows that can be put together from parts; `undefined` if there are none, or they speak before they close. */
function panesOf(spec: WindowSpec, policy: WindowPolicy): Panes | undefined {
  if (isUpdating(policy)) return undefined;
  switch (spec.kind) {
    case 'tumbling':
      return { paneMs: spec.sizeMs, offsetMs: spec.offsetMs };
    case 'hopping':
      return { paneMs: greatestCommonDivisor(spec.sizeMs, spec.everyMs), offsetMs: spec.offsetMs };
    case 'cumulate':
      return { paneMs: spec.stepMs, offsetMs: spec.offsetMs };
    default:
      return undefined;
  }
}

/** What is known of one key in one pane; in the entry that says how long everything may wait, nothing. */
type Held = { readonly accumulators: unknown[] } | null;
type Context = OperatorContext<Held>;

/** With more keys there is little to gain by holding each, and much to keep. */
const MOST_ENTRIES = 1_000;

const EVERYTHING = '';
const WAITING = 'waiting';

/**
 * Folds events by key and pane where they are sent from, so that a key however hot is a few events where it is met.
 *
 * State: an entry (key, pane start) with the accumulators, due at the pane's end + grace; and, while anything is held, an
 * entry that is due when it has been held for long enough, by arrival time.
 *
 * 1. An event of a pane that has ended here, that can't be placed in time or that an aggregate refuses is sent on as it
 *    is: whoever gets it judges it as ever. So is one of a further key when as many are held as may be.
 * 2. Any other is folded into what is held of its key and pane.
 * 3. At the pane's end + grace, before anybody is told that this task has come so far, what is held is sent as one event.
 *    The same happens to everything after `holdMs`, so that a task is never taken for idle over what it holds.
 */
class Combiner implements Operator<Held> {
  readonly #panes: Panes;
  readonly #graceMs: number;
  readonly #fold: Fold;
  readonly #options: CombinerOptions;

  constructor(panes: Panes, graceMs: number, fold: Fold, options: CombinerOptions) {
    this.#panes = panes;
    this.#graceMs = graceMs;
    this.#fold = fold;
    this.#options = options;
  }

  onEvent(event: Event, context: Context): void {
    if (!this.#isTaken(event, context)) context.emit(event);
  }

  onDue(entry: StateEntry<Held>, context: Context): void {
    if (entry.clock === 'event') send(entry, context);
    else {
      const isHeld = ({ value }: StateEntry<Held>): boolean => value !== null;
      for (const held of [...context.state.entries()].filter(isHeld).toSorted(bySlotAndKey)) {
        send(held, context);
        context.state.delete(held);
      }
    }
  }

  #isTaken(
    { key = '', value, timestamp, isAhead, isOvertaken }: Event,
    { state, watermark, now }: Context,
  ): boolean {
    const pane = tumblingAt(timestamp, this.#panes.paneMs, this.#panes.offsetMs);
    const due = pane.end + this.#graceMs;
    const isSingle = isAhead === true || isOvertaken === true || watermark >= due;
    if (isSingle || this.#options.isDraining) return false;
    const known = state.get(key, pane.start);
    if (known === undefined && state.size >= MOST_ENTRIES) return false;
    const accumulators = known?.value?.accumulators ?? this.#fold.init();
    const prepared = this.#prepared(accumulators, value, timestamp);
    if (prepared === undefined) return false;
    this.#fold.add(accumulators, prepared);
    if (known !== undefined) state.touch(known);
    else {
      state.put(key, pane.start, { accumulators }, due);
      if (state.get(EVERYTHING, WAITING) === undefined)
        state.put(EVERYTHING, WAITING, null, now + this.#options.holdMs, 'arrival');
    }
    return true;
  }

  /** `undefined` if it is refused. */
  #prepared(accumulators: readonly unknown[], value: unknown, timestamp: number): Prepared | undefined {
    try {
      return this.#fold.prepare(accumulators, this.#fold.extract(value, timestamp));
    } catch {
      return undefined;
    }
  }
}

function send({ key, slot, value }: StateEntry<Held>, context: Context): void {
  if (value === null) return;
  context.emit({ key, timestamp: Number(slot), value: value.accumulators, isPartial: true });
}

function bySlotAndKey(a: StateEntry, b: StateEntry): number {
  return Number(a.slot) - Number(b.slot) || (a.key < b.key ? -1 : 1);
}

/**
 * The combiner of an aggregate, or `undefined` if results could differ.
 * @param aggregate what it combines for: their states are read alike
 */
export function combinerOf(
  spec: WindowSpec,
  policy: WindowPolicy,
  fold: Fold,
  aggregate: Pick<OperatorDefinition, 'shape' | 'migrations'>,
): OperatorDefinition['combiner'] {
  const panes = panesOf(spec, policy);
  if (panes === undefined || !fold.isCommutative) return undefined;
  const { graceMs } = policy;
  return (options) => ({
    ...aggregate,
    kind: 'combiner',
    does: options.isDraining
      ? 'sends on what it has combined, and combines nothing more'
      : `combines events by key and pane of ${formatDuration(panes.paneMs)} before they are sent, for at most ${formatDuration(options.holdMs)}`,
    keeps: `one entry for each key and open pane, at most ${MOST_ENTRIES}`,
    horizonMs: panes.paneMs + graceMs,
    delayMs: 0,
    results: 'events',
    create: () => new Combiner(panes, graceMs, fold, options),
  });
}
