import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { keyedProcess, listState, mapState, optionalState, timer } from '../../lib/process/index.ts';
import { OperatorHarness } from '../support/operator-harness.ts';
import { holds } from '../support/properties.ts';

type Command =
  | 'set'
  | 'unset'
  | 'put a'
  | 'put b'
  | 'drop a'
  | 'append'
  | 'empty'
  | 'arm x'
  | 'arm y'
  | 'disarm x'
  | 'throw';

interface Step {
  readonly timestamp: number;
  readonly key: string;
  readonly commands: readonly Command[];
}

const TTL_MS = 6;
const APPENDED = 20;
const command = fc.constantFrom<Command>(
  ...(['set', 'unset', 'put a', 'put b', 'drop a', 'append', 'append', 'empty'] as const),
  ...(['arm x', 'arm y', 'disarm x', 'throw'] as const),
);
const steps = fc.array(
  fc.record({
    timestamp: fc.integer({ min: -5, max: 25 }),
    key: fc.constantFrom('k', 'l'),
    commands: fc.array(command, { maxLength: 3 }),
  }),
  { maxLength: 20 },
);

const definition = keyedProcess({
  state: {
    value: optionalState<number>({ ttl: TTL_MS }),
    map: mapState<number>({ ttl: TTL_MS }),
    list: listState<number>({ ttl: TTL_MS }),
  },
  timers: { x: timer<number>(), y: timer<number>() },
  *onEvent({ timestamp, commands }: Step, { state: { value, map, list }, timers }) {
    for (const each of commands) {
      if (each === 'set') value.set(timestamp);
      if (each === 'unset') value.clear();
      if (each === 'put a') map.set('a', timestamp);
      if (each === 'put b') map.set('b', timestamp);
      if (each === 'drop a') map.delete('a');
      if (each === 'append') for (let n = 0; n < APPENDED; n += 1) list.append(timestamp + n);
      if (each === 'empty') list.clear();
      if (each === 'arm x') timers.x.after(4, timestamp);
      if (each === 'arm y') timers.y.at(timestamp + 2, timestamp);
      if (each === 'disarm x') timers.x.cancel();
      if (each === 'throw') throw new Error('thrown');
    }
    yield [value.get(), map.entries(), list.all(), timers.x.due, timers.y.due];
  },
  *onTimer({ timer: name, at, payload }, { state: { value, map, list }, timers }) {
    yield [name, at, payload, value.get(), map.entries(), list.all()];
    map.set(name, at);
    if (name === 'x') timers.y.after(1, at);
  },
});

interface Written {
  readonly value: number;
  readonly until: number;
}

/** Everything a key was ever told, and until when it counts. */
interface Known {
  readonly value: Written | undefined;
  readonly map: Readonly<Record<string, Written>>;
  readonly list: readonly Written[];
  readonly timers: Readonly<Record<string, { readonly due: number; readonly payload: number }>>;
}

const NOTHING: Known = { value: undefined, map: {}, list: [], timers: {} };

/** The same by the book: nothing expires, what is over is only not shown. */
class Model {
  readonly given: unknown[] = [];
  watermark = Number.NEGATIVE_INFINITY;
  #known: Readonly<Record<string, Known>> = {};

  send({ key, timestamp, commands }: Step): void {
    const instant = Math.max(timestamp, this.watermark);
    const written = (value: number): Written => ({ value, until: instant + TTL_MS });
    let known = this.#of(key);
    for (const each of commands) {
      if (each === 'throw') return;
      const { map, list, timers } = known;
      const armed = (at: number) => ({ due: Math.max(at, this.watermark + 1), payload: timestamp });
      if (each === 'set') known = { ...known, value: written(timestamp) };
      if (each === 'unset') known = { ...known, value: undefined };
      if (each === 'put a') known = { ...known, map: { ...map, a: written(timestamp) } };
      if (each === 'put b') known = { ...known, map: { ...map, b: written(timestamp) } };
      if (each === 'drop a') known = { ...known, map: without(map, 'a') };
      if (each === 'append') {
        known = {
          ...known,
          list: [...list, ...Array.from({ length: APPENDED }, (_, n) => written(timestamp + n))],
        };
      }
      if (each === 'empty') known = { ...known, list: [] };
      if (each === 'arm x') known = { ...known, timers: { ...timers, x: armed(timestamp + 4) } };
      if (each === 'arm y') known = { ...known, timers: { ...timers, y: armed(timestamp + 2) } };
      if (each === 'disarm x') known = { ...known, timers: without(timers, 'x') };
    }
    this.#known = { ...this.#known, [key]: known };
    this.#give(key, timestamp, [...shown(known, instant), known.timers['x']?.due, known.timers['y']?.due]);
  }

  advanceTo(watermark: number): void {
    for (;;) {
      const [first] = Object.entries(this.#known)
        .flatMap(([key, { timers }]) =>
          Object.entries(timers).map(([name, armed]) => ({ key, name, ...armed })),
        )
        .filter(({ due }) => due <= watermark)
        .toSorted((a, b) => a.due - b.due || (a.key + a.name < b.key + b.name ? -1 : 1));
      if (first === undefined) break;
      this.#fire(first);
    }
    this.watermark = Math.max(this.watermark, watermark);
  }

  #fire({ key, name, due, payload }: { key: string; name: string; due: number; payload: number }): void {
    const known = this.#of(key);
    this.#give(key, due, [name, due, payload, ...shown(known, due)]);
    const others = without(known.timers, name);
    this.#known = {
      ...this.#known,
      [key]: {
        ...known,
        map: { ...known.map, [name]: { value: due, until: due + TTL_MS } },
        timers: name === 'x' ? { ...others, y: { due: due + 1, payload: due } } : others,
      },
    };
  }

  #give(key: string, timestamp: number, value: unknown): void {
    this.given.push({ output: undefined, event: { key, timestamp, value } });
  }

  #of(key: string): Known {
    return this.#known[key] ?? NOTHING;
  }
}

function shown({ value, map, list }: Known, instant: number): readonly unknown[] {
  const isThere = ({ until }: Written): boolean => until > instant;
  return [
    value !== undefined && isThere(value) ? value.value : undefined,
    Object.entries(map)
      .filter(([, written]) => isThere(written))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, written]) => [name, written.value]),
    list.filter(isThere).map((written) => written.value),
  ];
}

function without<V>(record: Readonly<Record<string, V>>, name: string): Readonly<Record<string, V>> {
  return Object.fromEntries(Object.entries(record).filter(([other]) => other !== name));
}

test('state and timers are those of a model that never forgets, in any order and over any restore', () => {
  holds(
    fc.property(steps, fc.nat(8), fc.array(fc.nat(20), { maxLength: 4 }), (log, outOfOrderMs, restores) => {
      const it = new OperatorHarness(definition, outOfOrderMs);
      const model = new Model();

      log.forEach((step, index) => {
        if (restores.includes(index)) it.restore();
        it.send({ key: step.key, timestamp: step.timestamp, value: step });
        model.send(step);
        model.advanceTo(step.timestamp - outOfOrderMs);
      });
      it.advanceTo(1_000);
      model.advanceTo(1_000);

      expect(it.given).toEqual(model.given);
      expect(it.failures).toHaveLength(log.filter(({ commands }) => commands.includes('throw')).length);
      expect(it.entries).toBe(0);
    }),
  );
});
