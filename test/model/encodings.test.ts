import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  after,
  before,
  comparePositions,
  compareSequenceNumbers,
  decode,
  decodeKey,
  encode,
  encodeKey,
  formatPosition,
  isCovered,
  parsePosition,
  SHARD_START,
  sortableSequenceNumber,
  type KeyValue,
} from '../../lib/model/index.ts';
import { holds } from '../support/properties.ts';

const part = fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean());
const key: fc.Arbitrary<KeyValue> = fc.oneof(part, fc.array(part, { maxLength: 4 }));
const sequenceNumber = fc.bigInt({ min: 0n, max: 10n ** 129n - 1n }).map(String);

describe('keys', () => {
  test('are the same text exactly if they are the same JSON value', () => {
    holds(
      fc.property(key, key, (a, b) => {
        expect(encodeKey(a) === encodeKey(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  test('are read back as they were', () => {
    holds(
      fc.property(key, (value) => {
        expect(JSON.stringify(decodeKey(encodeKey(value)))).toBe(JSON.stringify(value));
      }),
    );
  });

  test('are stored as they are, halves of characters included', () => {
    const codeUnit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
    holds(
      fc.property(fc.string({ unit: codeUnit }), (text) => {
        const encoded = encodeKey(text);

        expect(decode(encode(encoded))).toBe(encoded);
        expect(decodeKey(encoded)).toBe(text);
      }),
    );
  });

  test.each([
    ['ci', 'ci'],
    ['half \ud83d', '="half \\ud83d"'],
    [1, '=1'],
    ['1', '1'],
    ['=1', '="=1"'],
    [['a', 1], '=["a",1]'],
    ['', ''],
  ])('%j is written %s', (value, text) => {
    expect(encodeKey(value)).toBe(text);
  });

  test('refuse a number that JSON has no text for', () => {
    expect(() => encodeKey(Number.NaN)).toThrow(
      'key holds "NaN"; keys may be text, finite numbers, booleans, and lists of those; of a Date take getTime()',
    );
  });
});

describe('sequence numbers', () => {
  test('compare as whole numbers of any length, and so does their sortable text', () => {
    holds(
      fc.property(sequenceNumber, sequenceNumber, (a, b) => {
        const expected = BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0;

        expect(Math.sign(compareSequenceNumbers(a, b))).toBe(expected);
        expect(sortableSequenceNumber(a) < sortableSequenceNumber(b)).toBe(expected < 0);
      }),
    );
  });
});

describe('positions', () => {
  const position = fc.oneof(fc.constant(SHARD_START), sequenceNumber.map(before), sequenceNumber.map(after));

  test('are read back as they were', () => {
    holds(
      fc.property(position, (value) => {
        expect(parsePosition(formatPosition(value))).toEqual(value);
      }),
    );
  });

  test('that lie further cover no less', () => {
    holds(
      fc.property(position, position, sequenceNumber, (a, b, record) => {
        if (comparePositions(a, b) <= 0 && isCovered(a, record)) expect(isCovered(b, record)).toBe(true);
      }),
    );
  });

  test('lie on either side of a record', () => {
    expect(isCovered(before('7'), '7')).toBe(false);
    expect(isCovered(after('7'), '7')).toBe(true);
    expect(isCovered(after('9'), '10')).toBe(false);
    expect(isCovered(SHARD_START, '0')).toBe(false);
  });
});

describe('stored bytes', () => {
  test('give back every value state may hold', () => {
    const value = [
      undefined,
      null,
      Number.NaN,
      -Infinity,
      1.5,
      2 ** 53 - 1,
      12345678901234567890123n,
      'é',
      new Uint8Array([1, 2]),
      { a: [1] },
    ];

    expect(decode(encode(value))).toEqual(value);
  });

  test('give back large values, which are compressed', () => {
    const value = Array.from({ length: 5000 }, (_, index) => `key ${index % 10}`);
    const bytes = encode(value);

    expect(bytes.length).toBeLessThan(2000);
    expect(decode(bytes)).toEqual(value);
  });

  test('of today can be read tomorrow', () => {
    const stored = Buffer.from('0194a16101c0c3', 'hex');

    expect(decode(stored)).toEqual(['a', 1, null, true]);
  });

  test('that an earlier version compressed with deflate are read', () => {
    const stored = Buffer.from('ArvHwLQsvygltaj4FqNO/iggOgSW5CQWl1xhYAAA', 'base64');

    expect(decode(stored)).toEqual({ orders: 'o'.repeat(300), last: undefined });
  });

  test('of an unknown format are refused', () => {
    expect(() => decode(new Uint8Array([9, 1]))).toThrow(
      'stored bytes have format "9"; this version reads 1 to 3',
    );
  });
});
