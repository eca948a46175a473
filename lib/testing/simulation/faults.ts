import type { Decisions } from '../random.ts';

/** What can go wrong, and how often it is tried. */
export const FAULTS = {
  'call fails': 0.12,
  'call succeeds but its answer is lost': 0.12,
  'sandbox freezes in a call and thaws later': 0.1,
  'sandbox is lost in a call': 0.06,
  'outputs are delivered in part': 0.05,
  'answer to the mapping is lost': 0.1,
  'batch is delivered again': 0.05,
  'batch is bisected': 0.3,
  'window state is lost': 0.05,
  'window is delivered again from its start': 0.03,
  'window state is from an earlier window': 0.03,
  'window state is cut short': 0.03,
  'window ends early': 0.05,
  'mapping is created anew': 0.015,
  'mapping gets or loses its window': 0.01,
  'sandbox is started anew': 0.1,
  'shuffle is resharded': 0.03,
  'shuffle is resharded under a parcel': 0.03,
  'shard of a shuffle refuses a parcel': 0.05,
  'code is upgraded': 0.02,
  'sandbox has code of before': 0.1,
} as const;

/** What can go wrong in a simulation. */
export type FaultName = keyof typeof FAULTS;

/** Something that was made to go wrong in a run. */
export interface InjectedFault {
  /** Its name within the run; `only` selects by it. */
  readonly id: string;
  readonly step: number;
  readonly name: FaultName;
  readonly detail: string;
}

export interface FaultPlanOptions {
  /** Try these kinds alone. */
  readonly kinds?: readonly FaultName[];
  /** Of the faults the seed draws, inject those with these ids alone. */
  readonly only?: readonly string[];
}

/** Draws faults, each by itself, so that a run can be repeated with fewer of them and stays much the same. */
export class FaultPlan {
  readonly injected: InjectedFault[] = [];
  readonly #decisions: Decisions;
  readonly #kinds: readonly FaultName[] | undefined;
  readonly #only: ReadonlySet<string> | undefined;
  #step = 0;
  #isOver = false;

  constructor(decisions: Decisions, { kinds, only }: FaultPlanOptions) {
    this.#decisions = decisions;
    this.#kinds = kinds;
    this.#only = only && new Set(only);
  }

  /** From here on nothing goes wrong any more. */
  end(): void {
    this.#isOver = true;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  atStep(step: number): void {
    this.#step = step;
    this.#decisions.enter(String(step));
  }

  strikes(name: FaultName, detail = ''): boolean {
    const { name: id, random } = this.#decisions.named(`${name} ${detail}`);
    if (!random.chance(FAULTS[name]) || this.#isOver) return false;
    if (this.#kinds !== undefined && !this.#kinds.includes(name)) return false;
    if (this.#only !== undefined && !this.#only.has(id)) return false;
    this.injected.push({ id, step: this.#step, name, detail });
    return true;
  }
}
