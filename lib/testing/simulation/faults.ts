import type { Random } from '../random.ts';

/** What can go wrong, and how often it is tried. */
export const FAULTS = {
  'call fails': 0.12,
  'call succeeds but its answer is lost': 0.12,
  'sandbox freezes in a call and thaws later': 0.1,
  'sandbox is lost in a call': 0.06,
  'outputs are delivered in part': 0.05,
  'answer to the mapping is lost': 0.1,
  'batch is delivered again': 0.05,
  'window state is lost': 0.05,
  'window is delivered again from its start': 0.03,
  'window state is from an earlier window': 0.03,
  'window state is cut short': 0.03,
  'window ends early': 0.05,
  'mapping is created anew': 0.015,
  'mapping gets or loses its window': 0.01,
  'sandbox is started anew': 0.1,
} as const;

export type FaultName = keyof typeof FAULTS;

export interface InjectedFault {
  /** Its place among the faults of the run; `only` selects by it. */
  readonly number: number;
  readonly step: number;
  readonly name: FaultName;
  readonly detail: string;
}

export interface FaultPlanOptions {
  /** Try these kinds alone. */
  readonly kinds?: readonly FaultName[];
  /** Of the faults the seed draws, inject those with these numbers alone. */
  readonly only?: readonly number[];
}

/**
 * Draws faults. Every draw takes the same random numbers whether its fault is injected or not, so that a run can be
 * repeated with fewer faults.
 */
export class FaultPlan {
  readonly injected: InjectedFault[] = [];
  readonly #random: Random;
  readonly #options: FaultPlanOptions;
  #drawn = 0;
  #step = 0;
  #isOver = false;

  constructor(random: Random, options: FaultPlanOptions) {
    this.#random = random;
    this.#options = options;
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
  }

  strikes(name: FaultName, detail = ''): boolean {
    const { kinds, only } = this.#options;
    if (!this.#random.chance(FAULTS[name]) || this.#isOver) return false;
    if (kinds !== undefined && !kinds.includes(name)) return false;
    const number = this.#drawn;
    this.#drawn += 1;
    if (only !== undefined && !only.includes(number)) return false;
    this.injected.push({ number, step: this.#step, name, detail });
    return true;
  }
}
