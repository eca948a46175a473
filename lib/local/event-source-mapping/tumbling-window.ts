import type { SequenceNumber } from '../../model/sequence-number.ts';
import { floorMod } from '../../time/floor-mod.ts';
import type { SourceRecord } from './kinesis-event.ts';
import type { Modes } from './modes.ts';

/** A window of one shard between its first batch and its final invocation. Start inclusive, end exclusive. */
export interface OpenWindow {
  readonly startMs: number;
  readonly endMs: number;
  /** `{}` at first, then exactly what the last invocation returned. */
  readonly state: unknown;
  /** The position before the window's first record; undefined at the start of the shard. */
  readonly openedAfter: SequenceNumber | undefined;
}

/** Windows are told apart by arrival time and aligned to the epoch. */
export function openWindow(
  record: SourceRecord,
  sizeMs: number,
  closedThroughMs: number | undefined,
  openedAfter: SequenceNumber | undefined,
  mode: Modes['arrivalInClosedWindow'],
): OpenWindow {
  const arrivalMs =
    mode === 'reopen' ? record.arrivalMs : Math.max(record.arrivalMs, closedThroughMs ?? record.arrivalMs);
  const startMs = arrivalMs - floorMod(arrivalMs, sizeMs);
  return { startMs, endMs: startMs + sizeMs, state: {}, openedAfter };
}

export function belongsTo(
  window: OpenWindow,
  record: SourceRecord,
  mode: Modes['arrivalInClosedWindow'],
): boolean {
  if (record.arrivalMs >= window.endMs) return false;
  return mode === 'current-window' || record.arrivalMs >= window.startMs;
}
