import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { AnyNexmarkEvent, NexmarkEvent } from '../../../../bench/nexmark/events.ts';
import {
  beamEvents,
  beamSettings,
  flinkEvents,
  flinkSettings,
} from '../../../../bench/nexmark/generator/index.ts';
import {
  digestOf,
  ORACLES,
  q11Beam,
  q12,
  q13Beam,
  q1Beam,
  q4Beam,
  q5,
  q6Beam,
  q8Beam,
  q9Beam,
  type Rows,
} from '../../../../bench/nexmark/oracle/index.ts';
import { holds } from '../../../support/properties.ts';

/** Ten windows of 10 s. */
const windows = [...flinkEvents(flinkSettings({ events: 10_000, rate: 100 }))];
/** Two days, all hours among them, and pauses of exactly one session gap. */
const days = [...flinkEvents(flinkSettings({ events: 10_000, rate: 0.1 }))];
/** So many people that bidders, whose ids are 1000 too high, are sellers too. */
const crowd = [
  ...flinkEvents(
    flinkSettings({ events: 10_000, rate: 100, proportions: { persons: 20, auctions: 10, bids: 20 } }),
  ),
];

const DIGESTS: readonly (readonly [
  name: keyof typeof ORACLES,
  windows: string,
  days: string,
  crowd: string,
])[] = [
  ['q0', '9765cc6903514e66', 'a3c811dd8b0c3d8b', 'c87cd9ff204b05f1'],
  ['q1', '179bf790039fa3b1', '9c0eb9a7054559ec', 'e478f66fd7227c0a'],
  ['q2', '2037589abb553e06', 'c03efc3d94beda47', 'fed1614ceb7bf3a3'],
  ['q3', 'ef5a35330ba73347', '7dcd197f99ece594', 'f3722d0364d551d3'],
  ['q4', '0fb6dcd933fe205a', '7e69d02ab724d582', 'def0db78090f6571'],
  ['q5', 'afd7beae2561c3fc', '387c99286600ae1d', '531070ce3f55bbd1'],
  ['q6', '4194cce04d3a0c45', 'e339499847ab5ff6', '7caa1624347a8299'],
  ['q7', '424dad1dff7d270d', 'a3c811dd8b0c3d8b', 'd92d50e7b8b38d27'],
  ['q8', '303e9e0693fe0417', 'e3b0c44298fc1c14', 'd43a484939b07937'],
  ['q9', '2ab56e6e4c18dd68', 'd9bdb5ef59923344', '34e703803bfda552'],
  ['q10', 'd485ea381122f95d', '47caf1529cacbfbb', 'd5c12364a4f11128'],
  ['q11', '6a547470803201b8', '1ec1613d5b7cb6d5', 'db1df65a6ee0be8d'],
  ['q12', 'd26e8343ee77d002', 'd1c0bdbaaa3fcbd8', '8f5f1efbed2e7a01'],
  ['q13', '2694cabaf122b4d8', 'cdf177a59e4d6318', '61e3fecacf90ff88'],
  ['q14', '5cb5a347b35e4250', '60196e10ee6e87a9', 'b3f231e28d386eb4'],
  ['q15', 'fbd29fee8aa2cbae', '9cad81e7ed2d9d72', '23b19f4c6e577da0'],
  ['q16', '66ace7ff65f620b8', '95ece248c9807725', 'a3a7e9ad5d024085'],
  ['q17', 'cb4c775e3e45ba4b', '9ada79e521779403', '48be3e4414dad4c4'],
  ['q18', '570549340cac9e9a', '811f88d2b5858263', '23dee41938bf9050'],
  ['q19', '200368239704c4ad', '375965bc50ef7352', '2049ab089c66f25e'],
  ['q20', '9551f5f7b4546fc4', '0505dc2820dc6408', '1fcc07662f21d9c4'],
  ['q21', '10cdecc709b1b5c5', '19497648149b2ac0', '3ed5bbb9e775858b'],
  ['q22', '58f0c94fc530bb80', 'e206e6c4dcb164e0', 'cf33fb634105b173'],
  ['q23', 'e3b0c44298fc1c14', 'e3b0c44298fc1c14', '4e69fff2541f7fea'],
];

test.each(DIGESTS)('%s of ten thousand events is the known result', (name, ...known) => {
  const query = ORACLES[name];

  const digests = [windows, days, crowd].map((events) => shortDigest(query(events)));

  expect(digests).toEqual(known);
});

test("Beam's variants of ten thousand events are the known results", () => {
  const events = [...beamEvents(beamSettings({ events: 10_000, rate: 100 }))];

  const digests = {
    q1: shortDigest(q1Beam(events)),
    q4: shortDigest(q4Beam(events)),
    q5: shortDigest(q5(events, 5_000)),
    q6: shortDigest(q6Beam(events)),
    q8: shortDigest(q8Beam(events)),
    q9: shortDigest(q9Beam(events)),
    q11: shortDigest(q11Beam(events)),
    q13: shortDigest(q13Beam(events)),
  };

  expect(digests).toEqual({
    q1: '3b1383eb85499fa9',
    q4: '5647919f8ac1e757',
    q5: 'f3ac9d279a6078d0',
    q6: '1b3d5f9b12eac50b',
    q8: 'c1204d9cd4c369a6',
    q9: '5f2a57511ae2fee4',
    q11: '496d5b01c03eaa25',
    q13: '7697c6056156ec18',
  });
});

describe('disorder', () => {
  /** Events a millisecond apart: no two have the same time. q19 is left out, it ranks equal prices by arrival. */
  const ordered = [...flinkEvents(flinkSettings({ events: 400, rate: 1000 }))];
  const indifferent = Object.entries(ORACLES).filter(([name]) => name !== 'q19');
  const expected = resultsOf(ordered);

  test('within groups changes no result', () => {
    holds(
      fc.property(fc.integer({ min: 2, max: 400 }), fc.integer({ min: 1, max: 996 }), (group, stride) => {
        const mixed = shuffledInGroups(ordered, group, stride);

        const results = resultsOf(mixed);

        expect(results).toEqual(expected);
      }),
    );
  });

  test('of the generator changes no result of a Beam stream', () => {
    const inOrder = [...beamEvents(beamSettings({ events: 3000, rate: 1000 }))];
    const inGroups = [...beamEvents(beamSettings({ events: 3000, rate: 1000, outOfOrderGroupSize: 1000 }))];

    const results = [inOrder, inGroups].map((events) => [
      digestOf(q5(events)),
      digestOf(q6Beam(events)),
      digestOf(q9Beam(events)),
      digestOf(q11Beam(events)),
    ]);

    expect(results[1]).toEqual(results[0]);
  });

  test('of groups of a thousand at that rate leaves nothing behind a watermark of four seconds', () => {
    let newest = 0;
    let furthestBehindMs = 0;
    for (const { ts } of flinkEvents(
      flinkSettings({ events: 3000, rate: 1000, outOfOrderGroupSize: 1000 }),
    )) {
      newest = Math.max(newest, ts);
      furthestBehindMs = Math.max(furthestBehindMs, newest - ts);
    }

    expect(furthestBehindMs).toBe(998);
  });

  function resultsOf(events: readonly NexmarkEvent[]): Readonly<Record<string, string>> {
    return Object.fromEntries(indifferent.map(([name, query]) => [name, digestOf(query(events))]));
  }
});

describe('sums', () => {
  const bids = windows.filter(({ event_type }) => event_type === 2).length;

  test('sessions, processing-time windows and auctions share out all bids', () => {
    const sums = [
      sumOf(ORACLES.q11(windows), 'bid_count'),
      sumOf(q12(windows, lateArrival), 'bid_count'),
      sumOf(ORACLES.q17(windows), 'total_bids'),
      sumOf(ORACLES.q16(windows), 'total_bids'),
    ];

    expect(sums).toEqual([bids, bids, bids, bids]);
  });
});

/** Up to half a minute after the event, and not in order. */
function lateArrival({ ts, seq }: AnyNexmarkEvent): number {
  return ts + ((seq * 7919) % 30_000);
}

function shortDigest(rows: Rows): string {
  return digestOf(rows).slice(0, 16);
}

function sumOf(rows: Rows, column: string): number {
  return rows.reduce((sum, row) => sum + Number(row[column]), 0);
}

/** Each group of events in turn, dealt out by a stride; 997 is a prime above the size of any group. */
function shuffledInGroups(
  events: readonly NexmarkEvent[],
  group: number,
  stride: number,
): readonly NexmarkEvent[] {
  const rankOf = ({ seq }: NexmarkEvent): number => ((seq % group) * stride) % 997;
  const groupOf = ({ seq }: NexmarkEvent): number => Math.floor(seq / group);
  return events.toSorted((a, b) => groupOf(a) - groupOf(b) || rankOf(a) - rankOf(b));
}
