import * as z from 'zod';

/** An earthquake, or something like it, as a seismic network reports it. */
export const Quake = z.object({
  id: z.string(),
  /** When the ground moved, in ms since the epoch. */
  time: z.number(),
  /** When the report was last changed: a good stand-in for its arrival. */
  updated: z.number(),
  mag: z.number().nullable(),
  place: z.string(),
  /** Kilometres. */
  depth: z.number().nullable(),
  /** The network that reports it, for example `ci` for Southern California. */
  net: z.string(),
  /** `earthquake`, `quarry blast`, `explosion` and others. */
  type: z.string(),
});

export type Quake = z.infer<typeof Quake>;
