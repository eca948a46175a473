import type { DeploymentEvent, LogLine } from '../../local/index.ts';
import { nameInArn } from '../dev/dev-app.ts';

/** One delivery of a batch. Times are milliseconds since the epoch. */
export interface ShownBatch {
  readonly from: number;
  /** Absent while it runs. */
  to?: number;
  readonly records: number;
  readonly attempt: number;
  /** Its first record; tells it from others that run at the same time. */
  readonly first: string | undefined;
  outcome: 'running' | 'succeeded' | 'failed';
  message?: string;
}

export interface ShownMark {
  readonly at: number;
  readonly kind: 'window-final' | 'checkpoint' | 'retry' | 'window-terminated-early' | 'record-discarded';
}

/** Something worth telling. */
export interface Incident {
  at: number;
  readonly kind: 'problem' | 'news';
  readonly text: string;
  /** How often it was told, without much else in between. */
  times: number;
}

export interface ShownShard {
  readonly stream: string;
  readonly shardId: string;
  isEnded: boolean;
  records: number;
  failures: number;
  /** Event time before which the shard expects nothing more, in ms since the epoch. */
  watermark: number | undefined;
  /** The last record that was processed. */
  position: string | undefined;
  /** The last record up to which all outputs are delivered; those of later ones may still wait in an outbox. */
  delivered: string | undefined;
  /** Of state that isn't in the journal yet. */
  tailBytes: number;
  readonly batches: ShownBatch[];
  readonly marks: ShownMark[];
}

export interface Totals {
  records: number;
  batches: number;
  failures: number;
  /** Records a task had in its state already. */
  skipped: number;
  /** Entries appended to journals. */
  appended: number;
}

/** How far back shards are shown. */
const SHOWN_MS = 90_000;
const RATE_MS = 5000;
const SHOWN_INCIDENTS = 60;
/** A failing batch says more than one thing each time it comes again. */
const SAID_TOGETHER = 4;

/** What the mappings and the functions of a running app have told, as far as it is shown. */
export class Observations {
  readonly totals: Totals = { records: 0, batches: 0, failures: 0, skipped: 0, appended: 0 };
  readonly incidents: Incident[] = [];
  readonly #shards = new Map<string, ShownShard>();
  /** Which stream a function reads, learnt from its mapping. */
  readonly #streamOf = new Map<string, string>();
  readonly #onProblem: (text: string) => void;

  /** @param onProblem called with what goes wrong, once as long as it is the same */
  constructor(onProblem: (text: string) => void = () => {}) {
    this.#onProblem = onProblem;
  }

  onEvent(event: DeploymentEvent): void {
    const stream = nameInArn(event.streamArn);
    this.#streamOf.set(event.functionName, stream);
    if (!('shardId' in event)) {
      this.#problem(event.at, event.kind === 'failure-written' ? event.text : event.message);
      return;
    }
    const shard = this.#shardOf(stream, event.shardId);
    switch (event.kind) {
      case 'batch-started':
        this.totals.batches += 1;
        shard.batches.push({
          from: event.at,
          records: event.records,
          attempt: event.attempt,
          first: event.firstSequenceNumber,
          outcome: 'running',
        });
        break;
      case 'batch-succeeded':
        this.totals.records += event.records;
        shard.records += event.records;
        shard.position = event.lastSequenceNumber ?? shard.position;
        end(shard, event, 'succeeded');
        break;
      case 'batch-failed':
        this.totals.failures += 1;
        shard.failures += 1;
        end(shard, event, 'failed', `${event.errorType}: ${event.message}`);
        this.#problem(event.at, `${event.shardId}: ${event.message}`);
        break;
      case 'retry-scheduled':
        shard.marks.push({ at: event.at, kind: 'retry' });
        break;
      case 'window-final':
      case 'window-terminated-early':
      case 'record-discarded':
        shard.marks.push({ at: event.at, kind: event.kind });
        break;
      case 'shard-ended':
        shard.isEnded = true;
        break;
      case 'read-failed':
      case 'destination-failed':
        this.#problem(event.at, event.message);
        break;
      case 'shard-started':
        break;
    }
  }

  /** Handlers write a report of each invocation to their log. */
  onLog({ functionName, text }: LogLine): void {
    const report = parse(text);
    const stream = this.#streamOf.get(functionName);
    if (report === undefined || stream === undefined || typeof report['shardId'] !== 'string') return;
    if (report['level'] === 'error') {
      this.#problem(Date.now(), `${report['shardId']}: ${String(report['message'])}`);
      return;
    }
    const shard = this.#shardOf(stream, report['shardId']);
    if (typeof report['watermark'] === 'number') shard.watermark = report['watermark'];
    this.totals.skipped += Number(report['skipped'] ?? 0);
    // The report of a batch may come before the mapping's word of its success: it speaks for the batch before.
    if (report['undelivered'] === 0) shard.delivered = shard.position;
    shard.tailBytes = Number(report['tailBytes'] ?? 0);
    const appended = Number(report['appended'] ?? 0);
    this.totals.appended += appended;
    if (appended > 0) shard.marks.push({ at: Date.now(), kind: 'checkpoint' });
  }

  /** The shards of the last minute and a half, those that ended before left out. */
  shards(now: number): readonly ShownShard[] {
    for (const { batches, marks } of this.#shards.values()) {
      dropOld(batches, ({ from }) => from < now - SHOWN_MS);
      dropOld(marks, ({ at }) => at < now - SHOWN_MS);
    }
    return [...this.#shards.values()].filter(({ isEnded, batches }) => !isEnded || batches.length > 0);
  }

  /** Records processed per second, of each stream. */
  rates(now: number): Readonly<Record<string, number>> {
    const rates: Record<string, number> = {};
    for (const { stream, batches } of this.#shards.values()) {
      const recent = batches.filter(({ outcome, to = 0 }) => outcome === 'succeeded' && to >= now - RATE_MS);
      const records = recent.reduce((sum, batch) => sum + batch.records, 0);
      rates[stream] = (rates[stream] ?? 0) + records / (RATE_MS / 1000);
    }
    return rates;
  }

  /** How far each shard of a stream has been processed, and all that came of it delivered. */
  positions(stream: string): ReadonlyMap<string, string> {
    const own = [...this.#shards.values()].filter((shard) => shard.stream === stream);
    return new Map(
      own.flatMap(({ shardId, delivered }) => (delivered === undefined ? [] : [[shardId, delivered]])),
    );
  }

  #shardOf(stream: string, shardId: string): ShownShard {
    const name = `${stream}/${shardId}`;
    const known = this.#shards.get(name) ?? {
      stream,
      shardId,
      isEnded: false,
      records: 0,
      failures: 0,
      watermark: undefined,
      position: undefined,
      delivered: undefined,
      tailBytes: 0,
      batches: [],
      marks: [],
    };
    this.#shards.set(name, known);
    return known;
  }

  #problem(at: number, text: string): void {
    if (this.tell(at, 'problem', text)) this.#onProblem(text);
  }

  /** @returns whether it is something new */
  tell(at: number, kind: Incident['kind'], text: string): boolean {
    const known = this.incidents.slice(-SAID_TOGETHER).find((each) => each.text === text);
    if (known !== undefined) {
      known.at = at;
      known.times += 1;
      return false;
    }
    this.incidents.push({ at, kind, text, times: 1 });
    dropOld(this.incidents, () => this.incidents.length > SHOWN_INCIDENTS);
    return true;
  }
}

function end(
  { batches }: ShownShard,
  { at, firstSequenceNumber }: Extract<DeploymentEvent, { kind: 'batch-succeeded' | 'batch-failed' }>,
  outcome: 'succeeded' | 'failed',
  message?: string,
): void {
  const running = batches.findLast(
    (batch) => batch.outcome === 'running' && batch.first === firstSequenceNumber,
  );
  if (running === undefined) return;
  running.to = at;
  running.outcome = outcome;
  if (message !== undefined) running.message = message;
}

function dropOld<T>(items: T[], isOld: (item: T) => boolean): void {
  for (let [first] = items; first !== undefined && isOld(first); [first] = items) items.shift();
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
