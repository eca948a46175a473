import type { Companion, TrafficRecord } from 'millrace/cli';
import { flinkEvents, flinkSettings } from '../generator/index.ts';

/** Events a second of event time. The dashboard sends no more, so none is ahead of its arrival. */
const RATE = 500;

function* traffic(): Iterable<TrafficRecord> {
  const baseTime = Date.now();
  for (const event of flinkEvents(flinkSettings({ events: Infinity, rate: RATE, baseTime }))) {
    yield { source: 'events', partitionKey: String(event.seq), value: event };
  }
}

/** Nexmark events without end, for `npm run dev:nexmark`. */
export const companion: Companion = { traffic };
