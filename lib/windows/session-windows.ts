import type { Fold } from '../aggregators/index.ts';
import type { Event, Operator, OperatorContext, StateEntry, WindowRange } from '../model/index.ts';
import { floorMod } from '../time/index.ts';
import { isUpdating, type WindowPolicy } from './policy.ts';
import { lateFor, windowResult, type Standing } from './row.ts';
import type { SessionSpec } from './window-spec.ts';

interface Session {
  /** Event time of its first and last event. */
  readonly first: number;
  readonly last: number;
  readonly accumulators: unknown[];
  /** Its row is out. */
  isOut?: boolean;
  /** It has closed, and can only be corrected now. */
  isClosed?: boolean;
  /** Records since it last spoke, and when it is to speak next. */
  news?: number;
  speaksAt?: number;
}

type Context = OperatorContext<readonly Session[]>;

const ONLY = 0;

/**
 * Aggregates each key's bursts of activity. A session is named by its first event: one that is extended keeps its row;
 * one that is merged into an earlier, or gets an earlier first event, has its row taken back.
 *
 * State: an entry for each key with its sessions in order of time, due when the first of them must be looked at. A
 * session closes when no event can extend it any more: when the watermark is beyond last + gap + grace.
 *
 * 1. An event that touches no session and whose own would have closed, or that lies too far ahead, goes to the late output.
 * 2. Otherwise it and the sessions at most `gap` away become one, as long as that isn't longer than allowed. Rows of those
 *    that are no more are taken back.
 * 3. The merged one speaks if its policy says so.
 */
export class SessionWindows implements Operator<readonly Session[]> {
  readonly #spec: SessionSpec;
  readonly #policy: WindowPolicy;
  readonly #fold: Fold;
  readonly #isUpdating: boolean;

  constructor(spec: SessionSpec, policy: WindowPolicy, fold: Fold) {
    this.#spec = spec;
    this.#policy = policy;
    this.#fold = fold;
    this.#isUpdating = isUpdating(policy);
  }

  onEvent(event: Event, context: Context): void {
    const { key = '', value, timestamp } = event;
    const known = context.state.get(key, ONLY);
    const sessions = known?.value ?? [];
    const alone = { first: timestamp, last: timestamp };
    const touched = event.isAhead === true ? [] : this.#mergeable(sessions, alone);
    const isTooLate = touched.length === 0 && context.watermark >= this.#forgottenAt(alone);
    if (event.isAhead === true || isTooLate) {
      context.emitLate(lateFor(event, context.watermark, this.#windowOf(alone)));
      return;
    }
    const extracted = this.#fold.extract(value, timestamp);
    const merged = this.#merge(touched, alone);
    const prepared = this.#fold.prepare(merged.accumulators, extracted);
    for (const { isOut, ...gone } of touched) {
      if (isOut === true && gone.first !== merged.first) this.#emit(key, gone, 'retract', context);
    }
    this.#fold.add(merged.accumulators, prepared);
    merged.isClosed = context.watermark >= this.#closesAt(merged);
    if (this.#isUpdating) this.#speakEarly(key, merged, context);
    const rest = sessions.filter((each) => !touched.includes(each));
    const kept = rest.length === 0 ? [merged] : [...rest, merged].toSorted((a, b) => a.first - b.first);
    this.#keep(key, kept, known?.due, context);
  }

  onDue({ key, value: sessions, due = 0 }: StateEntry<readonly Session[]>, context: Context): void {
    const kept: Session[] = [];
    for (const each of sessions) {
      if (this.#forgottenAt(each) <= due) {
        this.#emit(key, each, this.#isUpdating ? 'last' : 'final', context);
        continue;
      }
      const isClosing = each.isClosed !== true && this.#closesAt(each) <= due;
      if (isClosing) each.isClosed = true;
      if (isClosing || (each.speaksAt ?? Infinity) <= due) this.#speak(key, each, context);
      kept.push(each);
    }
    if (kept.length > 0) this.#keep(key, kept, undefined, context);
  }

  #mergeable(sessions: readonly Session[], alone: { first: number; last: number }): readonly Session[] {
    const { gapMs, maxMs = Infinity } = this.#spec;
    let { first, last } = alone;
    return sessions.filter((each) => {
      if (each.first - gapMs > alone.last || each.last + gapMs < alone.first) return false;
      const span = Math.max(last, each.last) - Math.min(first, each.first);
      if (span > maxMs) return false;
      first = Math.min(first, each.first);
      last = Math.max(last, each.last);
      return true;
    });
  }

  #merge(touched: readonly Session[], alone: { first: number; last: number }): Session {
    // One that is only extended keeps its accumulators; several are merged into new ones, for their rows may be taken back.
    const [only, ...others] = touched;
    const accumulators =
      only !== undefined && others.length === 0 ? only.accumulators : this.#mergedAccumulators(touched);
    const first = Math.min(alone.first, ...touched.map((each) => each.first));
    const last = Math.max(alone.last, ...touched.map((each) => each.last));
    const same = touched.find((each) => each.first === first);
    const news = touched.reduce((total, each) => total + (each.news ?? 0), 0);
    return {
      first,
      last,
      accumulators,
      ...(same?.isOut === true && { isOut: true }),
      ...(news > 0 && { news }),
      ...(same?.speaksAt !== undefined && { speaksAt: same.speaksAt }),
    };
  }

  #mergedAccumulators(touched: readonly Session[]): unknown[] {
    const accumulators = this.#fold.init();
    for (const each of touched) this.#fold.merge(accumulators, each.accumulators);
    return accumulators;
  }

  #speakEarly(key: string, each: Session, context: Context): void {
    const { early } = this.#policy;
    const news = (each.news ?? 0) + 1;
    if (each.isClosed === true || early.kind === 'on-update') this.#speak(key, each, context);
    else if (early.kind === 'after-count' && news >= early.count) this.#speak(key, each, context);
    else if (early.kind === 'after-count') each.news = news;
    else if (early.kind === 'every' && each.speaksAt === undefined) {
      const now = Math.max(context.watermark, each.first);
      each.speaksAt = now - floorMod(now, early.everyMs) + early.everyMs;
    }
  }

  #speak(key: string, each: Session, context: Context): void {
    this.#emit(key, each, 'update', context);
    each.isOut = true;
    delete each.news;
    delete each.speaksAt;
  }

  /** A due instant that lies too early is kept: the sessions are looked at again then. */
  #keep(key: string, sessions: readonly Session[], known: number | undefined, context: Context): void {
    const due = sessions.map((each) =>
      Math.min(
        each.isClosed === true ? this.#forgottenAt(each) : this.#closesAt(each),
        each.speaksAt ?? Infinity,
      ),
    );
    context.state.put(key, ONLY, sessions, Math.min(known ?? Infinity, ...due));
  }

  #emit(key: string, each: Session, standing: Standing, context: Context): void {
    context.emit(windowResult(this.#fold, key, this.#windowOf(each), each.accumulators, standing));
  }

  #windowOf({ first, last }: { readonly first: number; readonly last: number }): WindowRange {
    return { start: first, end: last + this.#spec.gapMs };
  }

  /** An event exactly `gap` after the last still belongs to it, so the watermark must be beyond. */
  #closesAt({ last }: { readonly last: number }): number {
    return last + this.#spec.gapMs + this.#policy.graceMs + 1;
  }

  #forgottenAt(each: { readonly last: number }): number {
    return this.#closesAt(each) + this.#policy.latenessMs;
  }
}
