import type { Random } from './random.ts';
import type { Proportions } from './settings.ts';

/** People and auctions count from 0 here; this is added where an id goes into a record. */
export const FIRST_ID = 1000;

/** How far beyond the newest person or auction an id may be: some records come before what they refer to. */
const LEAD = 10;

/** The newest person when this event happens. */
export function lastPerson(eventId: number, { persons, auctions, bids }: Proportions): number {
  const total = persons + auctions + bids;
  return Math.floor(eventId / total) * persons + Math.min(eventId % total, persons - 1);
}

/** The newest auction when this event happens; −1 before the first. */
export function lastAuction(eventId: number, { persons, auctions, bids }: Proportions): number {
  const total = persons + auctions + bids;
  const before = Math.floor(eventId / total) * auctions;
  return before + Math.min(Math.max((eventId % total) - persons, -1), auctions - 1);
}

/** One of the newest people, or of the few that come next. */
export function anyPerson(random: Random, newest: number, activePeople: number): number {
  const active = Math.min(newest + 1, activePeople);
  return newest + 1 - active + random.below(active + LEAD);
}

/** One of the open auctions, or of the few that come next. */
export function anyAuction(random: Random, newest: number, inFlightAuctions: number): number {
  const oldest = Math.max(newest - inFlightAuctions, 0);
  return oldest + random.below(newest - oldest + 1 + LEAD);
}

/** A price in cents, from 1 to 1,000,000 of the unit, as many in each power of ten. */
export function price(random: Random): number {
  return Math.round(10 ** (6 * random.double()) * 100);
}
