import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { KeyedTable } from '../../lib/engine/keyed-table.ts';
import { holds } from '../support/properties.ts';

const step = fc.record({
  does: fc.constantFrom('put', 'delete', 'restore', 'forget'),
  key: fc.constantFrom('a', 'b'),
  slot: fc.constantFrom<number | string>(0, 1, '1'),
  value: fc.nat(9),
});

test('a table holds what a map by key and slot would hold', () => {
  holds(
    fc.property(fc.array(step), (steps) => {
      const table = new KeyedTable();
      const model = new Map<string, readonly unknown[]>();

      for (const { does, key, slot, value } of steps) {
        const entry = table.get(key, slot);
        const name = JSON.stringify([key, slot]);
        if (does === 'put') table.put(key, slot, value);
        if (does === 'restore') table.restore(key, slot, value, undefined);
        if (does === 'forget') table.forget(key, slot);
        if (does === 'delete' && entry !== undefined) table.delete(entry);
        if (does === 'put' || does === 'restore') model.set(name, [key, slot, value]);
        else model.delete(name);
      }

      const held = [...table.entries()].map(({ key, slot, value }) => [key, slot, value]);
      const ofKeys = ['a', 'b'].flatMap((key) => [...table.ofKey(key)]);
      expect(table.size).toBe(model.size);
      expect(new Set(held.map((each) => JSON.stringify(each)))).toEqual(
        new Set([...model.values()].map((each) => JSON.stringify(each))),
      );
      expect(ofKeys.length).toBe(model.size);
    }),
  );
});
