import type { Auction } from '../events.ts';
import { anyPerson, FIRST_ID, lastAuction, lastPerson, price } from './ids.ts';
import type { Recipe } from './recipe.ts';
import { filling, text } from './strings.ts';

const FIRST_CATEGORY = 10;
const CATEGORIES = 5;

/** The hot seller is the newest person whose number is a multiple of this. */
const HOT_SELLERS_APART = 100;

/** The auction of this event; it stays open until about `inFlightAuctions` more have started. */
export function auction(recipe: Recipe, eventId: number, eventNumber: number, dateTime: number): Auction {
  const { random, exact, settings, proportions } = recipe;
  const id = FIRST_ID + lastAuction(eventId, proportions);
  const seller = FIRST_ID + sellerOf(recipe, eventId);
  const category = FIRST_CATEGORY + random.below(CATEGORIES);
  const initialBid = price(random);
  const horizonMs = recipe.timeline(eventNumber + horizonEvents(recipe)) - dateTime;
  const expires = dateTime + 1 + random.below(Math.max(2 * horizonMs, 1));
  const itemName = text(random, 20);
  const description = text(random, 100);
  const reserve = initialBid + price(random);
  const extra = filling(random, exact, 48 + itemName.length + description.length, settings.auctionBytes);
  return { id, itemName, description, initialBid, reserve, dateTime, expires, seller, category, extra };
}

/** How many events it takes until all open auctions are replaced. */
export function horizonEvents({ settings, proportions }: Pick<Recipe, 'settings' | 'proportions'>): number {
  const { persons, auctions, bids } = proportions;
  return Math.floor((settings.inFlightAuctions * (persons + auctions + bids)) / auctions);
}

function sellerOf({ random, settings, proportions }: Recipe, eventId: number): number {
  const newest = lastPerson(eventId, proportions);
  if (random.below(settings.hotSellerRatio) > 0) {
    return Math.floor(newest / HOT_SELLERS_APART) * HOT_SELLERS_APART;
  }
  return anyPerson(random, newest, settings.activePeople);
}
