import { FatalError, type Packet, type SentEvent } from '../model/index.ts';
import type { KeyedTable } from './keyed-table.ts';

/** The table of how many events of each part a task has received, by part and producer. */
export const RECEIVED = '~received';
/** The table of how many events a task has sent, by stage and part. */
export const SENT = '~sent';

/**
 * The events of a packet that have not come before.
 * @throws FatalError if events before them are missing: the shuffle has lost records
 */
export function newEventsOf(received: KeyedTable, producer: string, packet: Packet): readonly SentEvent[] {
  const { partition, from, events } = packet;
  const entry = received.get(String(partition), producer);
  const count = typeof entry?.value === 'number' ? entry.value : 0;
  if (from > count) {
    throw new FatalError(
      `part ${partition} of the shuffle lacks events ${count} to ${from - 1} of task "${producer}": its stream has lost ` +
        'them, most likely because they were older than its retention; restore the journal and the streams to a moment ' +
        'before the loss, or deploy the pipeline under a new name to begin again',
      { code: 'MR1003' },
    );
  }
  const fresh = events.slice(count - from);
  if (fresh.length > 0) received.put(String(partition), producer, from + events.length);
  return fresh;
}

/** The number of the next event for a part, which is taken by this. */
export function nextNumber(sent: KeyedTable, to: string, partition: number): number {
  const entry = sent.get(to, partition);
  const number = typeof entry?.value === 'number' ? entry.value : 0;
  if (entry === undefined) sent.put(to, partition, 1);
  else {
    entry.value = number + 1;
    sent.touch(entry);
  }
  return number;
}
