import { expect, test } from '@jest/globals';
import { loadFeed } from '../../../functions/earthquakes/feed.ts';
import { Quake } from '../../../functions/earthquakes/quake.ts';

test('the feed is a week of quakes as the pipeline takes them, each once', async () => {
  const feed = await loadFeed();

  expect(feed.map((quake) => Quake.parse(quake))).toEqual(feed);
  expect(new Set(feed.map(({ id }) => id)).size).toBe(1707);
});

test('quakes come in the order in which they were last changed, ties by id', async () => {
  const feed = await loadFeed();

  const order = feed.map(({ updated, id }) => `${updated} ${id}`);
  expect(order).toEqual(order.toSorted());
});

test('what the feed says of a quake is kept', async () => {
  const feed = await loadFeed();

  expect(feed.find(({ id }) => id === 'ci37868143')).toEqual({
    id: 'ci37868143',
    time: 1517966773840,
    updated: 1517966996303,
    mag: 2,
    place: '4km W of Castaic, CA',
    depth: 26.49,
    net: 'ci',
    type: 'earthquake',
  });
});
