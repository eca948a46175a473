import { avg, count, max, pipeline, source, tumbling } from 'millrace';
import { Quake } from './quake.ts';

/** How many earthquakes each network reported in each six hours, the largest, and how deep they were. */
export const earthquakes = pipeline('earthquakes', {
  sources: { quakes: source(Quake, { timestamp: (quake) => quake.time, outOfOrder: '6 hours' }) },
  build: ({ quakes }) => {
    const perNetwork = quakes
      .filter((quake) => quake.type === 'earthquake')
      .byPartitionKey()
      .window(tumbling('6 hours'))
      .aggregate('per-network', {
        quakes: count(),
        largest: max((quake) => quake.mag),
        meanDepth: avg((quake) => quake.depth),
      });
    return { perNetwork, late: perNetwork.late };
  },
});
