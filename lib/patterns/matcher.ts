import {
  decodeKey,
  lateEvent,
  type Event,
  type KeyValue,
  type Operator,
  type OperatorContext,
  type StateEntry,
} from '../model/index.ts';
import { KeyMatching, kindOf, numberOf } from './matching-state.ts';
import type { Captures, PatternStep } from './pattern-step.ts';
import type { Captured } from './pattern.ts';
import { advance, begun, isComplete, isMatchAtEnd, lastOf, type Matching, type Reading } from './reading.ts';
import { settle, type Group, type SkipStrategy } from './settle.ts';

/** A partial match whose time was over before it was complete. */
export interface TimedOut<K, Caps> {
  readonly key: K;
  /** What its steps had taken. */
  readonly captured: Partial<Captured<Caps>>;
  /** The last instant at which it could have become a match. */
  readonly timedOutAt: number;
}

/** The output by which timed-out partial matches leave. */
export const TIMED_OUT = 'timedOut';

/** A pattern and what is done with it, as data. */
export interface MatchRules {
  readonly steps: readonly PatternStep[];
  readonly withinMs: number;
  readonly skip: SkipStrategy;
  readonly maxPartialMatches: number;
  readonly select: (match: Captures, key: unknown) => unknown;
}

/**
 * Looks for a pattern in the events of each key, in the order of (event time, log).
 *
 * State of a key: `arrived` events, due when the watermark has passed them; for each event that has `begun` partial
 * matches the readings there are, due when their time is over; the events these `held`, each once, due when nothing can
 * refer to them any more; an `index` of them, due last.
 *
 * 1. An event behind the watermark, or too far ahead, is late. Any other waits until W > its timestamp.
 * 2. Then each partial match is advanced by it, in the order in which they began, and it may begin one itself.
 * 3. The skip strategy decides which matches count and which partial matches go on.
 * 4. Results are computed. So far nothing has been changed: if anything throws, the event counts as not there.
 * 5. The state is changed, results go out.
 *
 * A partial match whose time is over (W > begin + within) is a match if it waited only for that, else it has timed out.
 *
 * I1 At a begin's end all events up to begin + within have been matched: they are due by then, and `arrived` comes first.
 * I2 A held event is due with the last of the readings that hold it, and `held` comes after `begun`.
 */
export class PatternMatch implements Operator {
  readonly #rules: MatchRules;
  /** What readings hold, so that it isn't put together for each event again. */
  readonly #soFar = new WeakMap<Reading, Captures>();

  constructor(rules: MatchRules) {
    this.#rules = rules;
  }

  onEvent(event: Event, context: OperatorContext): void {
    const { key = '', value, timestamp } = event;
    if (event.isAhead === true || timestamp < context.watermark) {
      context.emitLate(lateEvent(event, context.watermark));
      return;
    }
    const { withinMs } = this.#rules;
    const matching = new KeyMatching(context.state, key);
    const { index } = matching;
    matching.putArrived(index.arrived, value, timestamp + 1);
    // Coarse, so that the index seldom gets another instant: one to two `within` after the event.
    const due = (Math.floor(timestamp / withinMs) + 2) * withinMs + 1;
    matching.putIndex({ ...index, arrived: index.arrived + 1 }, due);
  }

  onDue(entry: StateEntry, context: OperatorContext): void {
    const kind = kindOf(entry.slot);
    if (kind === 'arrived') this.#match(entry, context);
    if (kind === 'begun') this.#end(entry, context);
  }

  #match({ key, value, due = Number.NaN }: StateEntry, context: OperatorContext): void {
    const { skip, withinMs } = this.#rules;
    const timestamp = due - 1;
    const matching = new KeyMatching(context.state, key);
    const { index } = matching;
    const event: Matching = { ordinal: index.held, value };
    const groups = this.#advanced(matching, event);
    const { matches, groups: left } = settle(groups, skip);
    this.#requireRoom(matching, left);
    const results = matches.map((match) => this.#result(matching, match, event));

    const open = new Map(left.map((group) => [group.ordinal, group.open]));
    for (const ordinal of index.begun) {
      const readings = open.get(ordinal) ?? [];
      if (!isSame(matching.begun(ordinal), readings)) matching.replaceBegun(ordinal, readings);
    }
    const own = open.get(event.ordinal);
    const until = timestamp + withinMs + 1;
    if (own !== undefined) matching.putBegun(event.ordinal, own, until);
    const holders = left.filter((group) => group.open.some((reading) => lastOf(reading) === event.ordinal));
    const heldUntil = Math.max(...holders.map(({ ordinal }) => matching.begunUntil(ordinal)));
    if (holders.length > 0) matching.putHeld(event.ordinal, value, heldUntil);
    this.#remember(matching, left, holders.length > 0, until);
    for (const result of results) context.emit({ key, timestamp, value: result });
  }

  #end({ key, slot, due = Number.NaN }: StateEntry, context: OperatorContext): void {
    const { steps, skip } = this.#rules;
    const timestamp = due - 1;
    const matching = new KeyMatching(context.state, key);
    const ended = numberOf(slot);
    const readings = matching.begun(ended);
    const complete = readings.filter((reading) => isMatchAtEnd(steps, reading));
    const groups = matching.index.begun.map(
      (ordinal): Group =>
        ordinal === ended
          ? { ordinal, open: [], complete }
          : { ordinal, open: matching.begun(ordinal), complete: [] },
    );
    const { matches, groups: left } = settle(groups, skip);
    const timedOut =
      matches.length > 0 && skip !== 'no-skip'
        ? []
        : readings.filter((reading) => !complete.includes(reading));
    const results = matches.map((match) => this.#result(matching, match));

    const kept = new Set(left.map(({ ordinal }) => ordinal));
    for (const ordinal of matching.index.begun) {
      if (!kept.has(ordinal)) matching.replaceBegun(ordinal, []);
    }
    this.#remember(matching, left, false, due);
    for (const value of results) context.emit({ key, timestamp, value });
    for (const reading of timedOut) {
      const captured = this.#captures(matching, reading);
      const value: TimedOut<KeyValue, unknown> = { key: decodeKey(key), captured, timedOutAt: timestamp };
      context.emit({ key, timestamp, value }, TIMED_OUT);
    }
  }

  /** Everything there is once this event has been read, the partial matches it begins last. */
  #advanced(matching: KeyMatching, event: Matching): readonly Group[] {
    const { steps } = this.#rules;
    const groups = matching.index.begun.map((ordinal) => {
      const ways = matching
        .begun(ordinal)
        .flatMap((reading) => advance(steps, reading, event, this.#soFarOf(matching, reading)));
      return this.#groupOf(ordinal, ways);
    });
    const isBegin = steps[0]?.where(event.value, {}) === true;
    return isBegin ? [...groups, this.#groupOf(event.ordinal, [begun(event.ordinal)])] : groups;
  }

  #groupOf(ordinal: number, ways: readonly Reading[]): Group {
    const { steps } = this.#rules;
    const complete = ways.filter((reading) => isComplete(steps, reading));
    return { ordinal, complete, open: ways.filter((reading) => !complete.includes(reading)) };
  }

  #requireRoom(matching: KeyMatching, left: readonly Group[]): void {
    const { maxPartialMatches } = this.#rules;
    const there = matching.index.begun.reduce((sum, ordinal) => sum + matching.begun(ordinal).length, 0);
    const wanted = left.reduce((sum, { open }) => sum + open.length, 0);
    if (wanted <= maxPartialMatches || wanted <= there) return;
    throw new RangeError(
      `key "${matching.key}" would have ${wanted} partial matches, and ${maxPartialMatches} are allowed; narrow what ` +
        'begins a match, shorten within, or raise maxPartialMatches',
    );
  }

  #remember(matching: KeyMatching, left: readonly Group[], isHeld: boolean, until: number): void {
    const { index } = matching;
    const ordinals = left.map(({ ordinal }) => ordinal);
    if (!isHeld && isSame(index.begun, ordinals)) return;
    matching.putIndex({ ...index, held: index.held + (isHeld ? 1 : 0), begun: ordinals }, until);
  }

  #result(matching: KeyMatching, match: Reading, event?: Matching): unknown {
    return this.#rules.select(this.#captures(matching, match, event), decodeKey(matching.key));
  }

  /** What a condition is shown: also that the step it may go on to has taken nothing yet. */
  #soFarOf(matching: KeyMatching, reading: Reading): Captures {
    const known = this.#soFar.get(reading);
    if (known !== undefined) return known;
    const next = this.#rules.steps[reading.taken.length];
    const captures = this.#captures(matching, reading);
    const soFar = next?.isMany === true ? { ...captures, [next.name]: [] } : captures;
    this.#soFar.set(reading, soFar);
    return soFar;
  }

  #captures(matching: KeyMatching, { taken }: Reading, event?: Matching): Captures {
    const valueOf = (ordinal: number): unknown =>
      ordinal === event?.ordinal ? event.value : matching.held(ordinal);
    return Object.fromEntries(
      this.#rules.steps.slice(0, taken.length).map(({ name, isMany }, step) => {
        const values = (taken[step] ?? []).map(valueOf);
        return [name, isMany ? values : values[0]];
      }),
    );
  }
}

function isSame<V>(a: readonly V[], b: readonly V[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
