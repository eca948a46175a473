import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { AnyNexmarkEvent } from '../../../../bench/nexmark/events.ts';
import {
  beamEvents,
  beamSettings,
  flinkEvents,
  flinkSettings,
  jsonLines,
  split,
} from '../../../../bench/nexmark/generator/index.ts';

const DAY = Date.UTC(2015, 6, 15);

describe('the first thousand lines are byte for byte those of the reference', () => {
  test('Flink in order', () => {
    const events = flinkEvents(flinkSettings({ events: 1000 }));

    expect(sha256(events)).toBe('de21bf3e140180cbcef62e6a5ea7b2b132c4df6ae33d73eb7a48906f853f08b0');
  });

  test('Flink in the disorder of groups of a thousand', () => {
    const events = flinkEvents(flinkSettings({ events: 1000, rate: 1000, outOfOrderGroupSize: 1000 }));

    expect(sha256(events)).toBe('1796828758073dc79bd0a18bd78eda25f2b6d12781a24c82ac09d605d6c17dc3');
  });

  test('Beam in order', () => {
    const events = beamEvents(beamSettings({ events: 1000 }));

    expect(sha256(events)).toBe('c3319654b9271e86b29a6ac651eeffa461fb4bd42352c5a0773c7199f8ff3fa8');
  });
});

describe('events', () => {
  test('kinds follow their proportions', () => {
    const settings = flinkSettings({ events: 12, proportions: { persons: 2, auctions: 1, bids: 3 } });

    const kinds = [...flinkEvents(settings)].map((event) => event.event_type);

    expect(kinds).toEqual([0, 0, 1, 2, 2, 2, 0, 0, 1, 2, 2, 2]);
  });

  test('the watermark is never ahead of an event that comes later', () => {
    const events = [...beamEvents(beamSettings({ events: 3000, rate: 1000, outOfOrderGroupSize: 1000 }))];

    const earliestAfter = events.map(() => 0);
    let earliest = Infinity;
    for (const event of events.toReversed()) {
      earliest = Math.min(earliest, event.ts);
      earliestAfter[event.seq] = earliest;
    }

    expect(events.filter(({ seq, wm }) => wm > (earliestAfter[seq] ?? 0))).toEqual([]);
  });

  test('disorder changes the order of a Beam stream and nothing else', () => {
    const ordered = beamEvents(beamSettings({ events: 2000, rate: 1000 }));
    const mixed = beamEvents(beamSettings({ events: 2000, rate: 1000, outOfOrderGroupSize: 1000 }));

    const contents = [ordered, mixed].map((events) => [...events].map(contentOf));

    expect(contents[1]).not.toEqual(contents[0]);
    expect(contents[1]?.toSorted()).toEqual(contents[0]?.toSorted());
  });

  test('generators share ids and time line without overlap', () => {
    const parts = split(beamSettings({ events: 105, rate: 1000 }), 2);

    const first = parts.map((part) => [...beamEvents(part)].slice(0, 2).map(({ ts }) => ts - DAY));
    const ids = parts.map(({ firstEventId, events }) => [firstEventId, events]);

    expect(first).toEqual([
      [0, 2],
      [0, 2],
    ]);
    expect(ids).toEqual([
      [0, 52],
      [52, 53],
    ]);
  });

  test('a rate in two steps alternates', () => {
    const settings = beamSettings({
      events: 8,
      rate: 2,
      nextRate: 1,
      rateShape: 'square',
      ratePeriodSeconds: 4,
    });

    const seconds = [...beamEvents(settings)].map(({ ts }) => (ts - DAY) / 1000);

    expect(seconds).toEqual([0, 0.5, 1, 1.5, 2, 3, 4, 4.5]);
  });

  test('a rate along a cosine falls step by step to the other and rises again', () => {
    const settings = beamSettings({ rate: 100, nextRate: 10, ratePeriodSeconds: 10, events: 552 });

    const times = [...beamEvents(settings)].map(({ ts }) => ts);
    const firstOfStep = [0, 100, 191, 259, 300, 318, 328, 346, 387, 455, 546];
    const gapsMs = firstOfStep.map((index) => (times[index + 1] ?? 0) - (times[index] ?? 0));

    expect(gapsMs).toEqual([10, 10, 14, 24, 52, 100, 52, 24, 14, 10, 10]);
  });
});

describe('settings', () => {
  test.each([
    [{ rate: 0 }, 'rate is "0"; it must be a number above 0, for example 10000'],
    [{ events: 1.5 }, 'events is "1.5"; it must be a whole number from 0'],
    [{ activePeople: 0 }, 'activePeople is "0"; it must be a whole number from 1'],
    [
      { outOfOrderGroupSize: 1906 },
      'outOfOrderGroupSize is "1906"; a multiple of 953 would repeat events, use another',
    ],
  ])('%j is refused', (options, message) => {
    expect(() => flinkSettings(options)).toThrow(new RangeError(message));
  });

  test('auctions longer than a draw reaches are refused', () => {
    expect(() => flinkEvents(flinkSettings({ rate: 0.001 }))).toThrow(
      new RangeError(
        'auctions last "1666000000" ms at rate 0.001 with 100 in flight; at most 1073741823 ms is possible, use a higher rate',
      ),
    );
  });
});

function sha256(events: Iterable<AnyNexmarkEvent>): string {
  const hash = createHash('sha256');
  for (const line of jsonLines(events)) hash.update(`${line}\n`);
  return hash.digest('hex');
}

/** All of an event but its place in the stream. */
function contentOf(event: AnyNexmarkEvent): string {
  return JSON.stringify({ ...event, seq: 0, wm: 0 });
}
