import type { Companion, TrafficRecord } from 'millrace/cli';
import { liveCheck } from './demo/live-check.ts';
import { loadFeed } from './feed.ts';

const WEEK_MS = 7 * 24 * 60 * 60 * 1000;
const week = await loadFeed();

/** The week of real earthquakes, again and again, each time a week later. */
function* traffic(): Iterable<TrafficRecord> {
  for (let round = 0; ; round += 1) {
    for (const quake of week) {
      const [id, time] = [`${quake.id}-${round}`, quake.time + round * WEEK_MS];
      yield { source: 'quakes', partitionKey: quake.net, value: { ...quake, id, time } };
    }
  }
}

/** What `npm run dev` feeds the pipeline with, and what it compares its results with. */
export const companion: Companion = { traffic, check: liveCheck };
