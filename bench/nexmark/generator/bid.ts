import type { BeamBid, Bid } from '../events.ts';
import { anyAuction, anyPerson, FIRST_ID, lastAuction, lastPerson, price } from './ids.ts';
import type { Channels } from './channels.ts';
import type { Recipe } from './recipe.ts';
import { filling } from './strings.ts';

/** The hot auction and the hot bidder are the newest whose number is a multiple of this; the bidder comes next to it. */
const HOT_APART = 100;

const BYTES_BEFORE_EXTRA = 32;

/** The bid of this event in the Beam profile. */
export function beamBid(recipe: Recipe, eventId: number, dateTime: number): BeamBid {
  const auction = FIRST_ID + auctionOf(recipe, eventId);
  const bidder = FIRST_ID + bidderOf(recipe, eventId);
  const cents = price(recipe.random);
  return { auction, bidder, price: cents, dateTime, extra: extraOf(recipe) };
}

/** The bid of this event in the Flink profile, which adds the first id to the bidder twice. */
export function flinkBid(recipe: Recipe, channels: Channels, eventId: number, dateTime: number): Bid {
  const auction = FIRST_ID + auctionOf(recipe, eventId);
  const bidder = FIRST_ID + FIRST_ID + bidderOf(recipe, eventId);
  const cents = price(recipe.random);
  const { channel, url } = channels(recipe.random);
  return { auction, bidder, price: cents, channel, url, dateTime, extra: extraOf(recipe) };
}

function auctionOf({ random, settings, proportions }: Recipe, eventId: number): number {
  const newest = lastAuction(eventId, proportions);
  if (random.below(settings.hotAuctionRatio) > 0) return Math.floor(newest / HOT_APART) * HOT_APART;
  return anyAuction(random, newest, settings.inFlightAuctions);
}

function bidderOf({ random, settings, proportions }: Recipe, eventId: number): number {
  const newest = lastPerson(eventId, proportions);
  if (random.below(settings.hotBidderRatio) > 0) return Math.floor(newest / HOT_APART) * HOT_APART + 1;
  return anyPerson(random, newest, settings.activePeople);
}

function extraOf({ random, exact, settings }: Recipe): string {
  return filling(random, exact, BYTES_BEFORE_EXTRA, settings.bidBytes);
}
