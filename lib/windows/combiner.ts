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

/** What is known of one key in one pane. */
interface Held {
  readonly accumulators: unknown[];
}

/** What came of combining since the first event that is held: how many events became how many of their kind. */
interface Spell {
  taken: number;
  opened: number;
  /** The spell before saved too little, so nothing is held in this one. */
  readonly isRest?: boolean;
}

type Context = OperatorContext<Held | Spell>;

/** With more keys there is little to gain by holding each, and much to keep. */
const MOST_ENTRIES = 1_000;

/** Events for each one sent below which combining isn't worth what it costs. */
const LEAST_GAIN = 2;

/** For how many spells it then rests. */
const SPELLS_OF_REST = 10;

const EVERYTHING = '';
const SPELL = 'spell';

/**
 * Folds events by key and pane where they are sent from, so that a key however hot is a few events where it is met.
 *
 * State: an entry (key, pane start) with the accumulators, due at the pane's end + grace; and an entry for the spell that
 * begins with the first event that is held, due `holdMs` later by arrival time.
 *
 * 1. An event of a pane that has ended here, that can't be placed in time or that an aggregate refuses is sent on as it
 *    is: whoever gets it judges it as ever. So is one of a further key when as many are held as may be.
 * 2. Any other is folded into what is held of its key and pane.
 * 3. At the pane's end + grace, before anybody is told that this task has come so far, what is held is sent as one event.
 * 4. When the spell ends everything is sent, so that a task is never taken for idle over what it holds. If that saved less
 *    than half of the events, all are sent as they are for the next ten spells.
 */
class Combiner implements Operator<Held | Spell> {
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

  onDue(entry: StateEntry<Held | Spell>, context: Context): void {
    const { value } = entry;
    if (isHeld(value)) send(entry, value, context);
    else this.#endSpell(value, context);
  }

  #endSpell({ taken, opened, isRest }: Spell, context: Context): void {
    for (const held of [...context.state.entries()].toSorted(byKeyAndPane)) {
      if (!isHeld(held.value)) continue;
      send(held, held.value, context);
      context.state.delete(held);
    }
    const isWorthIt = isRest === true || taken >= LEAST_GAIN * opened;
    if (!isWorthIt) this.#beginSpell({ taken: 0, opened: 0, isRest: true }, context);
  }

  #beginSpell(spell: Spell, { state, now }: Context): Spell {
    const spells = spell.isRest === true ? SPELLS_OF_REST : 1;
    state.put(EVERYTHING, SPELL, spell, now + spells * this.#options.holdMs, 'arrival');
    return spell;
  }

  #isTaken({ key = '', value, timestamp, isAhead, isOvertaken }: Event, context: Context): boolean {
    const { state, watermark } = context;
    const pane = tumblingAt(timestamp, this.#panes.paneMs, this.#panes.offsetMs);
    const due = pane.end + this.#graceMs;
    const isSingle = isAhead === true || isOvertaken === true || watermark >= due;
    if (isSingle || this.#options.isDraining) return false;
    const current = state.get(EVERYTHING, SPELL);
    const spell = current === undefined || isHeld(current.value) ? undefined : current.value;
    if (spell?.isRest === true) return false;
    const known = state.get(key, pane.start);
    if (known === undefined && state.size >= MOST_ENTRIES) return false;
    const accumulators =
      known !== undefined && isHeld(known.value) ? known.value.accumulators : this.#fold.init();
    const prepared = this.#prepared(accumulators, value, timestamp);
    if (prepared === undefined) return false;
    this.#fold.add(accumulators, prepared);
    if (known === undefined) state.put(key, pane.start, { accumulators }, due);
    else state.touch(known);
    const counted = spell ?? this.#beginSpell({ taken: 0, opened: 0 }, context);
    counted.taken += 1;
    if (known === undefined) counted.opened += 1;
    if (current !== undefined) state.touch(current);
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

function isHeld(value: Held | Spell): value is Held {
  return 'accumulators' in value;
}

function send({ key, slot }: StateEntry, { accumulators }: Held, context: Context): void {
  context.emit({ key, timestamp: Number(slot), value: accumulators, isPartial: true });
}

function byKeyAndPane(a: StateEntry, b: StateEntry): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return Number(a.slot) - Number(b.slot);
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
