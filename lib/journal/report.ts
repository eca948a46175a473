import type { Output } from '../model/index.ts';

/** What an invocation did, for logs and metrics. */
export interface InvocationReport {
  readonly records: number;
  /** Were in the state already: delivered again by the mapping. */
  readonly skipped: number;
  /** Read from the input log because window state was lost. */
  readonly recoveredFromLog: number;
  readonly outputs: number;
  /** Outputs that are records nothing could take. */
  readonly deadLetters: number;
  /** Outputs still waiting to be delivered. */
  readonly undelivered: number;
  /** Entries appended to the journal. */
  readonly appended: number;
  /** Event time, in milliseconds since the Unix epoch; infinite before the first record and after the last. */
  readonly watermark: number | undefined;
  readonly tailBytes: number;
  /** The longest time between two records that follow on each other, in ms of arrival, as far as an invocation begins between them. */
  readonly silenceMs: number;
}

/** Counts up while an invocation runs. */
export class Tally {
  records = 0;
  skipped = 0;
  recoveredFromLog = 0;
  appended = 0;
  silenceMs = 0;
  #outputs = 0;
  #deadLetters = 0;

  count(outputs: readonly Output[]): void {
    this.#outputs += outputs.length;
    this.#deadLetters += outputs.filter(({ kind }) => kind === 'dead-letter').length;
  }

  /** The counts, and where the task stands now. */
  report(standing: Pick<InvocationReport, 'undelivered' | 'watermark' | 'tailBytes'>): InvocationReport {
    return {
      records: this.records,
      skipped: this.skipped,
      recoveredFromLog: this.recoveredFromLog,
      outputs: this.#outputs,
      deadLetters: this.#deadLetters,
      appended: this.appended,
      silenceMs: this.silenceMs,
      ...standing,
    };
  }
}
