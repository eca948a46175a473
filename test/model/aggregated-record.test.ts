import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { decodeAggregatedRecord, encodeAggregatedRecord, type UserRecord } from '../../lib/model/index.ts';
import { holds } from '../support/properties.ts';

const MAGIC = [0xf3, 0x89, 0x9a, 0xc2];
const ascii = (text: string): readonly number[] => [...Buffer.from(text)];

/** An aggregated record of these bytes of protobuf, with their checksum. */
function framed(...message: readonly (readonly number[])[]): Uint8Array {
  const bytes = Uint8Array.from(message.flat());
  return Uint8Array.from([...MAGIC, ...bytes, ...createHash('md5').update(bytes).digest()]);
}

const KEYS_A_AND_BC = [0x0a, 1, ...ascii('a'), 0x0a, 2, ...ascii('bc')];
const HASH_KEY_7 = [0x12, 1, ...ascii('7')];

describe('an aggregated record', () => {
  test('is the user records in it, each with the partition key it refers to', () => {
    const data = framed(
      KEYS_A_AND_BC,
      [0x1a, 5, 0x08, 1, 0x1a, 1, 0x58],
      [0x1a, 6, 0x08, 0, 0x1a, 2, 0x59, 0x5a],
      [0x1a, 4, 0x08, 1, 0x1a, 0],
    );

    expect(decodeAggregatedRecord(data)).toEqual({
      kind: 'records',
      records: [
        { partitionKey: 'bc', data: Uint8Array.from([0x58]) },
        { partitionKey: 'a', data: Uint8Array.from([0x59, 0x5a]) },
        { partitionKey: 'bc', data: new Uint8Array() },
      ],
    });
  });

  test('is read as one a library wrote that has no code in common with this', () => {
    // The example of the Elixir package ex_kpl.
    const checksum = [208, 54, 153, 218, 90, 34, 47, 163, 33, 8, 173, 27, 217, 85, 161, 78];
    const message = [10, 13, ...ascii('partition_key'), 26, 8, 8, 0, 26, 4, ...ascii('data')];
    const data = Uint8Array.from([...MAGIC, ...message, ...checksum]);

    expect(decodeAggregatedRecord(data)).toEqual({
      kind: 'records',
      records: [{ partitionKey: 'partition_key', data: Uint8Array.from(ascii('data')) }],
    });
  });

  test('may name hash keys, have tags and fields nobody knows yet, and tables behind the records', () => {
    const tag = [0x22, 6, 0x0a, 1, ...ascii('k'), 0x12, 1, ...ascii('v')];
    const unknown = [
      [0x28, 0x96, 0x01],
      [0x31, 1, 2, 3, 4, 5, 6, 7, 8],
      [0x3d, 1, 2, 3, 4],
      [0x42, 1, 9],
    ].flat();
    const record = [0x08, 0, 0x10, 0, 0x1a, 1, 0x58, ...tag, ...unknown];

    expect(
      decodeAggregatedRecord(framed(unknown, [0x1a, record.length], record, HASH_KEY_7, KEYS_A_AND_BC)),
    ).toEqual({
      kind: 'records',
      records: [{ partitionKey: 'a', explicitHashKey: 7n, data: Uint8Array.from([0x58]) }],
    });
  });

  test.each([
    ['a record ends behind its message', [...KEYS_A_AND_BC, 0x1a, 9, 0x08, 0]],
    ['data ends behind its record', [...KEYS_A_AND_BC, 0x1a, 5, 0x08, 0, 0x1a, 9, 0x58]],
    ['a number has no end', [0x0a, 0x80]],
    ['a number is too long', [0x28, ...Array.from({ length: 10 }, () => 0xff), 0]],
    ['a length is beyond all bounds', [0x0a, ...Array.from({ length: 9 }, () => 0xff), 1]],
    ['a field of fixed size is cut off', [0x3d, 1]],
    ['a field is of a group', [0x0b, 0x0c]],
    ['there is no such partition key', [...KEYS_A_AND_BC, 0x1a, 5, 0x08, 2, 0x1a, 1, 0x58]],
    ['there is no such hash key', [...KEYS_A_AND_BC, 0x1a, 7, 0x08, 0, 0x10, 0, 0x1a, 1, 0x58]],
    ['a record has no partition key', [...KEYS_A_AND_BC, 0x1a, 3, 0x1a, 1, 0x58]],
    ['a record has no data', [...KEYS_A_AND_BC, 0x1a, 2, 0x08, 0]],
    ['a partition key is no UTF-8', [0x0a, 1, 0xff]],
    ['a hash key is no number', [0x12, 3, ...ascii('0x7')]],
    ['a hash key is out of bounds', [0x12, 39, ...ascii('9'.repeat(39))]],
  ])('is malformed if %s', (_, message) => {
    expect(decodeAggregatedRecord(framed(message))).toEqual({
      kind: 'malformed',
      message: expect.stringMatching(/^aggregated record is malformed: /),
    });
  });

  test('is an ordinary one if it begins otherwise, or its checksum is wrong, or nothing is between', () => {
    const good = framed(KEYS_A_AND_BC, [0x1a, 5, 0x08, 0, 0x1a, 1, 0x58]);
    const changed = (index: number): Uint8Array => good.with(index, (good[index] ?? 0) ^ 1);

    const others = [
      ...Array.from(good, (_, index) => changed(index)),
      good.subarray(0, -1),
      good.subarray(0, 4),
      new Uint8Array(),
      framed(),
    ];

    expect(others.map((data) => decodeAggregatedRecord(data)).filter((read) => read !== undefined)).toEqual(
      [],
    );
  });
});

const userRecords: fc.Arbitrary<UserRecord> = fc.record(
  {
    partitionKey: fc.oneof(fc.constantFrom('', 'a', '\uFEFFb'), fc.string({ unit: 'grapheme' })),
    explicitHashKey: fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
    data: fc.uint8Array({ maxLength: 300 }),
  },
  { requiredKeys: ['partitionKey', 'data'] },
);

test('what was packed is what is unpacked', () => {
  holds(
    fc.property(fc.array(userRecords, { minLength: 1, maxLength: 200 }), (records) => {
      const read = decodeAggregatedRecord(encodeAggregatedRecord(records));

      expect(read).toMatchObject({ kind: 'records' });
      expect(read?.kind === 'records' && read.records.map(plain)).toEqual(records.map(plain));
    }),
  );
});

test('whatever stands before a right checksum is read, or said to be malformed', () => {
  holds(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (message) => {
      expect(['records', 'malformed']).toContain(decodeAggregatedRecord(framed([...message]))?.kind);
    }),
  );
});

const plain = ({ data, ...rest }: UserRecord): object => ({ ...rest, data: [...data] });
