/** What one generator makes, in either profile. */
export interface GeneratorSettings {
  /** How many events; `Infinity` never ends. */
  readonly events: number;
  /** Events a second of event time, of all generators together. */
  readonly rate: number;
  /** How many generators share the rate: each spaces its events this many times wider. */
  readonly generators: number;
  /** Events come in a fixed disorder within groups of this many; 1 is in order. */
  readonly outOfOrderGroupSize: number;
  /** Event time of event number 0, in milliseconds since the Unix epoch. */
  readonly baseTime: number;
  /** Says what the first event is: ids run through persons, auctions and bids in turn. */
  readonly firstEventId: number;
  /** Says when the first event is: this many events after `baseTime`. */
  readonly firstEventNumber: number;
  /** One bid in this many is for any open auction, the others for the hot one. */
  readonly hotAuctionRatio: number;
  /** One auction in this many is by any active person, the others by the hot seller. */
  readonly hotSellerRatio: number;
  /** One bid in this many is by any active person, the others by the hot bidder. */
  readonly hotBidderRatio: number;
  /** How many auctions are open at a time. */
  readonly inFlightAuctions: number;
  /** How many of the newest people sell and bid. */
  readonly activePeople: number;
  /** The size records are filled up to, on average. */
  readonly personBytes: number;
  readonly auctionBytes: number;
  readonly bidBytes: number;
}

/** How many events in a row are of each kind. */
export interface Proportions {
  readonly persons: number;
  readonly auctions: number;
  readonly bids: number;
}

export interface FlinkSettings extends GeneratorSettings {
  readonly proportions: Proportions;
  /** Seeds of the events, of the sheet that fillings are cut from, and of the table of URLs. */
  readonly seeds: { readonly events: number; readonly sheet: number; readonly urls: number };
}

export interface BeamSettings extends GeneratorSettings {
  /** The rate changes between `rate` and this one; the same number keeps it constant. */
  readonly nextRate: number;
  /** In two steps, or in ten along a cosine. */
  readonly rateShape: 'square' | 'sine';
  /** How long one turn through the steps takes. */
  readonly ratePeriodSeconds: number;
}

/** The prime that events are dealt out by within a group. */
export const STRIDE = 953;

/** How Beam mixes its events; the Flink profile starts from it. */
export const PROPORTIONS: Proportions = { persons: 1, auctions: 3, bids: 46 };

const COMMON: GeneratorSettings = {
  events: 100_000,
  rate: 10_000,
  generators: 1,
  outOfOrderGroupSize: 1,
  baseTime: Date.UTC(2015, 6, 15),
  firstEventId: 0,
  firstEventNumber: 0,
  hotAuctionRatio: 2,
  hotSellerRatio: 4,
  hotBidderRatio: 4,
  inFlightAuctions: 100,
  activePeople: 1000,
  personBytes: 200,
  auctionBytes: 500,
  bidBytes: 100,
};

const FLINK: FlinkSettings = {
  ...COMMON,
  proportions: PROPORTIONS,
  seeds: { events: 1, sheet: 2, urls: 3 },
};

/**
 * Settings of the Flink profile. What is left out makes a repeatable stream: Flink's own suite has no seeds, counts
 * ids and numbers from 1, starts at the wall clock and never ends.
 * @throws RangeError if a setting makes no sense
 */
export function flinkSettings(options: Partial<FlinkSettings> = {}): FlinkSettings {
  const settings = { ...FLINK, ...options };
  check(settings);
  for (const kind of ['persons', 'auctions', 'bids'] as const) {
    whole(`proportions.${kind}`, settings.proportions[kind], 1);
  }
  for (const use of ['events', 'sheet', 'urls'] as const) {
    whole(`seeds.${use}`, settings.seeds[use], Number.MIN_SAFE_INTEGER);
  }
  return settings;
}

/**
 * Settings of the Beam profile: with none given Beam's own, except that one generator makes all events.
 * @throws RangeError if a setting makes no sense
 */
export function beamSettings(options: Partial<BeamSettings> = {}): BeamSettings {
  const rate = options.rate ?? COMMON.rate;
  const settings: BeamSettings = {
    ...COMMON,
    nextRate: rate,
    rateShape: 'sine',
    ratePeriodSeconds: 600,
    ...options,
  };
  check(settings);
  whole('rate', settings.rate, 1);
  whole('nextRate', settings.nextRate, 1);
  whole('ratePeriodSeconds', settings.ratePeriodSeconds, 1);
  return settings;
}

/**
 * Cuts a stream into this many generators on one time line, with as many events each and ids of their own; the last
 * takes what is left over. Together they keep the rate.
 * @throws RangeError if the stream is endless
 */
export function split<S extends GeneratorSettings>(settings: S, generators: number): readonly S[] {
  whole('generators', generators, 1);
  whole('events of a split stream', settings.events, 0);
  const share = Math.floor(settings.events / generators);
  return Array.from({ length: generators }, (_, index) => ({
    ...settings,
    generators,
    firstEventId: settings.firstEventId + index * share,
    events: index === generators - 1 ? settings.events - index * share : share,
  }));
}

function check(settings: GeneratorSettings): void {
  const { rate, outOfOrderGroupSize } = settings;
  if (settings.events !== Infinity) whole('events', settings.events, 0);
  if (!(rate > 0)) throw new RangeError(`rate is "${rate}"; it must be a number above 0, for example 10000`);
  for (const name of ['baseTime', 'firstEventId', 'firstEventNumber'] as const)
    whole(name, settings[name], 0);
  for (const name of ['personBytes', 'auctionBytes', 'bidBytes'] as const) whole(name, settings[name], 0);
  for (const name of COUNTS) whole(name, settings[name], 1);
  if (outOfOrderGroupSize > 1 && outOfOrderGroupSize % STRIDE === 0) {
    throw new RangeError(
      `outOfOrderGroupSize is "${outOfOrderGroupSize}"; a multiple of ${STRIDE} would repeat events, use another`,
    );
  }
}

const COUNTS = [
  'generators',
  'outOfOrderGroupSize',
  'hotAuctionRatio',
  'hotSellerRatio',
  'hotBidderRatio',
  'inFlightAuctions',
  'activePeople',
] as const;

function whole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new RangeError(`${name} is "${value}"; it must be a whole number from ${least}`);
}
