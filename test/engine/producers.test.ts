import { describe, expect, test } from '@jest/globals';
import {
  earliestProducers,
  heardOf,
  NO_PRODUCERS,
  seen,
  watermarkOf,
  withoutForgotten,
  type Producers,
} from '../../lib/engine/producers.ts';

const IDLE_MS = 60;

/** `orders/1` at watermark 10, heard at 0, with these peers. */
function after(
  ...heard: readonly (readonly [
    shard: string,
    watermark: number,
    peers: string,
    arrival?: number,
    isEnded?: boolean,
  ])[]
): Producers {
  return heard.reduce(
    (all, [shard, watermark, peers, arrival = 0, isEnded = false]) =>
      heardOf(
        all,
        {
          producer: `orders/${shard}`,
          watermark,
          peers: Array.from(peers, (peer) => `orders/${peer}`),
          isEnded,
        },
        arrival,
      ),
    NO_PRODUCERS,
  );
}

const reached = (all: Producers, now = 0): number => watermarkOf(all, ['orders'], now, IDLE_MS);
const merged = (...parents: readonly (Producers | undefined)[]): Producers =>
  earliestProducers(parents) ?? NO_PRODUCERS;

describe('event time behind a shuffle', () => {
  test('is that of the slowest task before it', () => {
    expect(reached(after(['1', 10, '12'], ['2', 7, '12']))).toBe(7);
  });

  test('stands still until every task there is was heard', () => {
    expect(reached(after(['1', 10, '12']))).toBe(-Infinity);
    expect(reached(seen(after(['1', 10, '12']), 'orders/2', 0))).toBe(-Infinity);
  });

  test('leaves out who is silent while others are heard', () => {
    const all = after(['2', 7, '12'], ['1', 70, '12', 61]);

    expect(reached(all, 59)).toBe(7);
    expect(reached(all, 61)).toBe(70);
  });

  test('moves as time passes when all are silent', () => {
    expect(reached(after(['1', 10, '12'], ['2', 7, '12']), 100)).toBe(7 + 100 - IDLE_MS);
  });

  test('waits for the children of a shard that has ended', () => {
    const ended = after(['1', 10, '1'], ['1', 12, '23', 0, true]);
    const oneHeard = heardOf(ended, progress('2', 30), 0);

    expect(reached(ended)).toBe(-Infinity);
    expect(reached(oneHeard)).toBe(-Infinity);
    expect(reached(heardOf(oneHeard, progress('3', 20), 0))).toBe(20);
  });

  test('is not held back by a zombie that speaks for a shard that has ended, with an old list of shards', () => {
    const all = after(['1', 10, '1'], ['1', 12, '2', 0, true], ['2', 30, '2'], ['1', 9, '1']);

    expect(reached(all)).toBe(30);
  });

  test('takes no room for those that ended more than a day ago: shards of a table do so all the time', () => {
    const DAY_MS = 24 * 60 * 60 * 1000;
    const all = after(['1', 10, '1'], ['1', 12, '2', 0, true], ['2', 30, '3', 5, true], ['3', 40, '3', 5]);

    const names = [DAY_MS - 1, DAY_MS, 2 * DAY_MS].map((now) =>
      Object.keys(withoutForgotten(all, now, IDLE_MS).known),
    );

    expect(names).toEqual([['orders/1', 'orders/2', 'orders/3'], ['orders/2', 'orders/3'], ['orders/3']]);
    expect(withoutForgotten(all, 2 * DAY_MS, 3 * DAY_MS)).toEqual(all);
  });

  test('does not wait for a shard that ended before anybody has read it', () => {
    expect(reached(after(['1', 10, '12'], ['1', 11, '134'], ['3', 12, '134'], ['4', 13, '134']))).toBe(11);
  });
});

function progress(shard: string, watermark: number): Parameters<typeof heardOf>[1] {
  return { producer: `orders/${shard}`, watermark, peers: ['orders/2', 'orders/3'], isEnded: false };
}

describe('a shard of a shuffle that others were merged into', () => {
  test('goes on from what the parent knew that was further behind', () => {
    expect(reached(merged(after(['1', 10, '1']), after(['1', 7, '1'])))).toBe(7);
  });

  test('waits for a task that had told only one of them: what is for keys of the other may still come', () => {
    const all = merged(after(['1', 10, '12'], ['2', 9, '12']), after(['1', 10, '12']));

    expect(reached(all)).toBe(-Infinity);
    const told = { producer: 'orders/2', watermark: 9, peers: ['orders/1', 'orders/2'], isEnded: false };
    expect(reached(heardOf(all, told, 0))).toBe(9);
  });

  test('waits for all of them where the other had heard of none', () => {
    expect(reached(merged(undefined, after(['1', 10, '1'])))).toBe(-Infinity);
  });
});
