import { describe, expect, test } from '@jest/globals';
import {
  billOf,
  flinkBillOf,
  naiveBillOf,
  totalOf,
  type Footprint,
  type Load,
} from '../../bench/cost/model.ts';

/** 1,000 bytes: a megabyte a second are a thousand events, and a billion events take 277.8 hours. */
const footprint: Footprint = {
  bytes: 1_000,
  cpuMicros: 0,
  journalWriteUnits: 0,
  resultWriteUnits: 0.1,
  shuffledRecords: 0,
  shuffledBytes: 0,
  stages: 0,
};
const HOURS = 1e6 / 3_600;

const load = (megabytes: number, isAggregated = false): Load => ({
  bytesPerSecond: megabytes * 1e6,
  isAggregated,
});

describe('the cost of a billion events', () => {
  test('has a shard for each megabyte a second, and a unit for each record', () => {
    expect(billOf(footprint, load(1)).source).toBeCloseTo(HOURS * 0.015 + 14);
    expect(billOf(footprint, load(10)).source).toBeCloseTo(HOURS * 0.015 + 14);
  });

  test('has fewer units where producers put events together', () => {
    expect(billOf(footprint, load(1, true)).source).toBeCloseTo(HOURS * 0.015 + 14 / 25);
  });

  test('has shards for a thousand records a second each, however small they are', () => {
    const small = { ...footprint, bytes: 100 };

    expect(billOf(small, load(1)).source).toBeCloseTo((HOURS / 10) * 10 * 0.015 + 14);
  });

  test('grows with CPU time by the share of a CPU that comes with the memory', () => {
    const idle = billOf(footprint, load(1));
    const busy = billOf({ ...footprint, cpuMicros: 10 }, load(1));

    expect(busy.compute - idle.compute).toBeCloseTo(10_000 * (1_769 / 1_024) * 0.0000133334);
  });

  test('has a write unit for each update in the naive design', () => {
    expect(naiveBillOf(footprint, load(1)).state).toBeCloseTo(625);
    expect(naiveBillOf(footprint, load(1)).results).toBe(0);
  });

  test('has one unit of Flink for coordination beside those that work', () => {
    const bill = flinkBillOf(footprint, load(1), 400);

    expect(bill.compute).toBeCloseTo(HOURS * 4 * 0.11);
    expect(bill.results).toBeCloseTo(62.5);
    expect(totalOf(bill)).toBeCloseTo(bill.source + bill.compute + bill.state + bill.results);
  });
});
