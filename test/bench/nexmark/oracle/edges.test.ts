import { describe, expect, test } from '@jest/globals';
import {
  q1,
  q11,
  q11Beam,
  q12,
  q14,
  q18,
  q19,
  q20,
  q21,
  q22,
  q5,
  q6,
  q6Beam,
  q7,
  q7Flink,
  q8,
  q8Beam,
  q9,
  q9Beam,
} from '../../../../bench/nexmark/oracle/index.ts';
import { auction, bid, person } from '../records.ts';

const HOUR = 3_600_000;

describe('one bid at a time', () => {
  test('a converted price is the number nearest to the exact decimal', () => {
    const rows = q1([bid(0, { price: 1_001 }), bid(0, { price: 99_999_999 })]);

    expect(new Set(rows.map(({ price }) => price))).toEqual(new Set([90_799_999.092, 908.908]));
  });

  test('q14 leaves out both ends of its range', () => {
    // 0.908 times 55,066,079 is 49,999,999.732; no whole price gives 1,000,000 or 50,000,000 exactly.
    const prices = [1_101_321, 1_101_322, 55_066_079, 55_066_080];

    const rows = q14(prices.map((price) => bid(0, { price })));

    expect(rows.map(({ price }) => price)).toEqual([1_000_000.376, 49_999_999.732]);
  });

  test('q14 names the time of day by the hour in UTC and counts the letters c', () => {
    const hours = [6, 7, 8, 18, 19, 20];

    const rows = q14(hours.map((hour) => bid(hour * HOUR, { price: 2_000_000, extra: 'cCacc' })));

    expect(
      Object.fromEntries(rows.map((row) => [Number(row['dateTime']) / HOUR, row['bidTimeType']])),
    ).toEqual({
      6: 'nightTime',
      7: 'otherTime',
      8: 'dayTime',
      18: 'dayTime',
      19: 'otherTime',
      20: 'nightTime',
    });
    expect(new Set(rows.map((row) => row['c_counts']))).toEqual(new Set([3]));
  });

  test('q21 knows a channel by name or by URL, or leaves its bid out', () => {
    const named = bid(0, { channel: 'BAIDU' });
    const byUrl = bid(0, { channel: 'channel-1', url: 'https://a.example/i?query=1&channel_id=-2147483648' });
    const neither = bid(0, { channel: 'channel-2' });

    const rows = q21([named, byUrl, neither]);

    expect(rows.map((row) => row['channel_id'])).toEqual(['3', '-2147483648']);
  });

  test('q22 takes the first three directories', () => {
    const [row] = q22([bid(0)]);

    expect(row).toMatchObject({ dir1: 'b', dir2: 'c', dir3: 'd' });
  });
});

describe('windows', () => {
  test('all auctions with the most bids of a window are hot', () => {
    const events = [1, 1, 2, 2, 3].map((id) => bid(10_000, { auction: id }));

    const rows = q5(events, 10_000);

    expect(rows).toEqual([
      { auction: 1, num: 2, starttime: 10_000, endtime: 20_000 },
      { auction: 2, num: 2, starttime: 10_000, endtime: 20_000 },
    ]);
  });

  test('a bid counts in every window that holds it, also in those that began before it came', () => {
    const rows = q5([bid(10_000)], 5_000);

    expect(rows.map(({ starttime }) => starttime)).toEqual([5_000, 10_000]);
  });

  test('all bids with the highest price of a window are rows', () => {
    const events = [bid(0, { bidder: 1 }), bid(9_999, { bidder: 2 }), bid(5_000, { price: 99 })];

    const rows = q7(events);

    expect(rows.map(({ bidder }) => bidder)).toEqual([1, 2]);
  });

  test("only by the letter of Flink's SQL a bid at the end of a window belongs to it", () => {
    const events = [bid(0, { bidder: 1 }), bid(10_000, { bidder: 2 })];

    const bidders = [q7, q7Flink].map((query) => query(events).map(({ bidder }) => bidder));

    expect(bidders).toEqual([
      [1, 2],
      [1, 2, 2],
    ]);
  });

  test('a new user sells in the window they come in', () => {
    const events = [
      auction(9_999, { reserve: 5 }),
      auction(9_999, { reserve: 6 }),
      person(8_000),
      person(8_000, { id: 2 }),
      auction(10_000, { seller: 2 }),
    ];

    const results = [q8(events), q8Beam(events)];

    expect(results).toEqual([
      [{ id: 1, name: 'Ann', starttime: 0 }],
      [
        { id: 1, name: 'Ann', reserve: 5 },
        { id: 1, name: 'Ann', reserve: 6 },
      ],
    ]);
  });

  test('bids exactly one gap apart are of one session, in Beam of two', () => {
    const events = [bid(20_000), bid(0), bid(10_000), bid(30_001)];

    const results = [q11(events), q11Beam(events)].map((rows) =>
      rows.map((row) => [row['starttime'], row['endtime'], row['bid_count']]),
    );

    expect(results).toEqual([
      [
        [30_001, 40_001, 1],
        [0, 30_000, 3],
      ],
      [
        [0, 10_000, 1],
        [10_000, 20_000, 1],
        [20_000, 30_000, 1],
        [30_001, 40_001, 1],
      ],
    ]);
  });

  test('processing time counts bids when they arrive', () => {
    const rows = q12([bid(0), bid(1), bid(2)], ({ ts }) => 9_998 + ts);

    expect(rows).toEqual([
      { bidder: 2, bid_count: 1, starttime: 10_000, endtime: 20_000 },
      { bidder: 2, bid_count: 2, starttime: 0, endtime: 10_000 },
    ]);
  });
});

describe('auctions', () => {
  test('a bid is valid from the start to the end of its auction, both included', () => {
    const open = auction(1000, { expires: 2000 });
    const times = [999, 1000, 2000, 2001];

    const winners = times.map((ts) => q9([bid(ts), open]).length);

    expect(winners).toEqual([0, 1, 1, 0]);
  });

  test('in Beam a bid is valid before the end, from the reserve on', () => {
    const open = auction(1000, { expires: 2000, reserve: 100 });
    const bids = [bid(999), bid(1999), bid(2000), bid(1500, { price: 99 })];

    const winners = bids.map((each) => q9Beam([each, open]).length);

    expect(winners).toEqual([1, 1, 0, 0]);
  });

  test('of equal prices the earliest wins, of these the first to arrive', () => {
    const bids = [bid(3, { bidder: 1 }), bid(2, { bidder: 2 }), bid(2, { bidder: 3 }), bid(1, { price: 99 })];

    const [row] = q9([auction(0), ...bids]);

    expect(row).toMatchObject({ id: 7, bidder: 2, bid_dateTime: 2 });
  });

  test("a seller's average covers eleven sales by Flink's SQL, ten in Beam", () => {
    const sales = Array.from({ length: 12 }, (_, id) => [
      auction(id, { id }),
      bid(id, { auction: id, price: 2 ** id }),
    ]).flat();

    const flink = q6(sales).map((row) => row['avg_price']);
    const beam = q6Beam(sales);

    // (2^12 - 2) / 11 is 372.2, (2^12 - 4) / 10 is 409.2.
    expect(flink).toContain(372);
    expect(flink).toHaveLength(12);
    expect(beam).toEqual([{ seller: 1, avg_price: 409 }]);
  });

  test('a bid before its auction and after its end is joined with it', () => {
    const events = [
      bid(0),
      auction(1000),
      bid(9000),
      auction(1000, { id: 8, category: 11 }),
      bid(1000, { auction: 8 }),
    ];

    const rows = q20(events);

    expect(rows.map((row) => [row['bid_dateTime'], row['auction_dateTime']])).toEqual([
      [0, 1000],
      [9000, 1000],
    ]);
  });
});

describe('the order of arrival decides', () => {
  test('which of several last bids of a millisecond stays', () => {
    const [row] = q18([bid(5, { price: 1 }), bid(5, { price: 2 }), bid(4, { price: 3 })]);

    expect(row).toMatchObject({ price: 2 });
  });

  test('the rank of equal prices', () => {
    const rows = q19([bid(3, { bidder: 1 }), bid(2, { bidder: 2 }), bid(1, { bidder: 3, price: 101 })]);

    expect(Object.fromEntries(rows.map((row) => [row['rank_number'], row['bidder']]))).toEqual({
      1: 3,
      2: 1,
      3: 2,
    });
  });
});
