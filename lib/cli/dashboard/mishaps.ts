import { setTimeout as delay } from 'node:timers/promises';
import { isObject } from '../../local/assembly/json.ts';
import {
  BATCH_FAULTS,
  type BatchFacts,
  type BatchFault,
  type InvokeResult,
  type LambdaFunction,
  type Sandbox,
} from '../../local/index.ts';

/** What can happen to one batch on its way to a function and back. */
export type MishapKind = (typeof SANDBOX_MISHAPS)[number] | BatchFault;
const SANDBOX_MISHAPS = ['kill-sandbox', 'freeze-sandbox'] as const;
export const MISHAP_KINDS: readonly MishapKind[] = [...SANDBOX_MISHAPS, ...BATCH_FAULTS];

const FAULTS: Readonly<Record<BatchFault, (batch: string) => string>> = {
  'drop-response': (batch) => `the answer to ${batch} gets dropped, its work done`,
  'repeat-batch': (batch) => `${batch} gets delivered twice`,
  'repeat-recut': (batch) => `${batch} gets delivered twice, the second time cut elsewhere`,
};

/** Long enough that the function has begun. */
const KILL_AFTER_MS = 2;
const FROZEN_MS = 3000;
const START_POLL_MS = 10;
const MAX_START_POLLS = 100;

/** Lets things happen to batches, each to the next one that comes. */
export class Mishaps {
  readonly #tell: (text: string) => void;
  readonly #armed = new Set<MishapKind>();

  /** @param tell called with a sentence when something has happened */
  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  /** What waits for a batch. */
  get armed(): readonly MishapKind[] {
    return [...this.#armed];
  }

  arm(kind: MishapKind): void {
    this.#armed.add(kind);
  }

  /** What a mapping does to a batch. */
  fault({ records }: BatchFacts): BatchFault | undefined {
    const fault = this.#take(BATCH_FAULTS);
    if (fault !== undefined) this.#tell(FAULTS[fault](batchOf(records)));
    return fault;
  }

  /** Calls the function, as a mapping would, or does worse. */
  invoke(target: LambdaFunction, event: object): Promise<InvokeResult> {
    const what = batchOf(isObject(event) && Array.isArray(event['Records']) ? event['Records'].length : 0);
    switch (this.#take(SANDBOX_MISHAPS)) {
      case undefined:
        return target.invoke(event);
      case 'kill-sandbox':
        return this.#kill(target, event, what);
      case 'freeze-sandbox':
        return this.#freeze(target, event, what);
    }
  }

  #take<K extends MishapKind>(kinds: readonly K[]): K | undefined {
    const found = kinds.find((kind) => this.#armed.has(kind));
    if (found !== undefined) this.#armed.delete(found);
    return found;
  }

  async #kill(target: LambdaFunction, event: object, what: string): Promise<InvokeResult> {
    const { answer, sandbox } = await begin(target, event);
    await delay(KILL_AFTER_MS);
    sandbox?.kill();
    if (sandbox !== undefined) this.#tell(`${sandbox.id} was killed over ${what}`);
    return answer;
  }

  /** The mapping hears of a time-out and turns to another sandbox; this one goes on when all is done. */
  async #freeze(target: LambdaFunction, event: object, what: string): Promise<InvokeResult> {
    const { answer, sandbox } = await begin(target, event);
    if (sandbox === undefined) return answer;
    sandbox.freeze();
    this.#tell(`${sandbox.id} froze over ${what}`);
    setTimeout(() => {
      sandbox.thaw();
      this.#tell(`${sandbox.id} has thawed and goes on with ${what}`);
    }, FROZEN_MS).unref();
    return { kind: 'function-error', errorType: 'Sandbox.Timedout', message: 'the sandbox froze' };
  }
}

/** Calls the function, and finds the sandbox that took the event. */
async function begin(
  target: LambdaFunction,
  event: object,
): Promise<{ readonly answer: Promise<InvokeResult>; readonly sandbox: Sandbox | undefined }> {
  const before = new Set(target.sandboxes.filter(isBusy));
  const answer = target.invoke(event);
  for (let polls = 0; polls < MAX_START_POLLS; polls += 1) {
    const sandbox = target.sandboxes.find((each) => isBusy(each) && !before.has(each));
    if (sandbox !== undefined) return { answer, sandbox };
    await delay(START_POLL_MS);
  }
  return { answer, sandbox: undefined };
}

function isBusy({ status }: Sandbox): boolean {
  return status === 'busy';
}

function batchOf(records: number): string {
  return records === 0 ? 'the end of a window' : `a batch of ${records} record${records === 1 ? '' : 's'}`;
}
