import { describe, expect, test } from '@jest/globals';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { source } from 'millrace';
import {
  beamEvents,
  beamSettings,
  flinkEvents,
  flinkSettings,
} from '../../../bench/nexmark/generator/index.ts';
import { beamEvent, nexmarkEvent } from '../../../bench/nexmark/schema.ts';
import { ZodBeamEvent, ZodNexmarkEvent } from '../../../bench/nexmark/zod-schema.ts';

const flink = [...flinkEvents(flinkSettings({ events: 200 }))];
const beam = [...beamEvents(beamSettings({ events: 200 }))];
const bid = flink.find((event) => event.event_type === 2);

describe.each([
  ['the cheap schema', nexmarkEvent, beamEvent],
  ['the zod schema', ZodNexmarkEvent, ZodBeamEvent],
])('%s', (_, ofFlink: StandardSchemaV1, ofBeam: StandardSchemaV1) => {
  test('takes every event of its profile as it is', () => {
    const checked = [
      flink.map((event) => ofFlink['~standard'].validate(event)),
      beam.map((event) => ofBeam['~standard'].validate(event)),
    ];

    expect(checked).toEqual([flink.map((value) => ({ value })), beam.map((value) => ({ value }))]);
  });

  test.each([
    ['no object', 7],
    ['an unknown kind', { ...bid, event_type: 3 }],
    ['no position', { ...bid, seq: undefined }],
    ['no record', { ...bid, bid: undefined }],
    ['another kind of record', { ...bid, event_type: 1 }],
    ['a bid without a channel', { ...bid, bid: { ...bid?.bid, channel: undefined } }],
    ['a price in words', { ...bid, bid: { ...bid?.bid, price: 'much' } }],
  ])('refuses %s', (_case, value) => {
    const result = ofFlink['~standard'].validate(value);

    expect(result).toHaveProperty('issues');
  });

  test('declares a source', () => {
    const spec = source(ofFlink, { timestamp: 'arrival', outOfOrder: '4 seconds' });

    expect(spec.outOfOrderMs).toBe(4000);
  });
});

test('the cheap schema says what is wrong and where', () => {
  const result = nexmarkEvent['~standard'].validate({ ...bid, bid: { ...bid?.bid, price: 'much' } });

  expect(result).toEqual({
    issues: [{ message: 'it is "much"; it must be a number', path: ['bid', 'price'] }],
  });
});
