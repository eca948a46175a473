import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import * as z from 'zod';
import type { Quake } from './quake.ts';

export type { Quake } from './quake.ts';

const require = createRequire(import.meta.url);

/** The part of the USGS feed that is used. Coordinates are longitude, latitude, and depth in km. */
const Feed = z.object({
  features: z.array(
    z.object({
      id: z.string(),
      properties: z.object({
        time: z.number(),
        updated: z.number(),
        mag: z.number().nullable(),
        place: z.string(),
        net: z.string(),
        type: z.string(),
      }),
      geometry: z.object({ coordinates: z.tuple([z.number(), z.number(), z.number().nullable()]) }),
    }),
  ),
});

/**
 * A week of the USGS feed, 1,707 records, in the order in which they last changed; ties by id. The feed came out newest
 * first and is not the order in which records arrived anywhere, but its times are real.
 */
export async function loadFeed(): Promise<readonly Quake[]> {
  const text = await readFile(feedPath(), 'utf8');
  return Feed.parse(JSON.parse(text))
    .features.map(({ id, properties, geometry }) => ({ id, ...properties, depth: geometry.coordinates[2] }))
    .toSorted((a, b) => a.updated - b.updated || (a.id < b.id ? -1 : 1));
}

/** The package exports its loader only; the data lies beside it. */
function feedPath(): URL {
  return new URL('../data/earthquakes.json', `file://${require.resolve('vega-datasets')}`);
}
