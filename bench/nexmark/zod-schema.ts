import * as z from 'zod';
import type { BeamBid, NexmarkEvent } from './events.ts';

const position = { seq: z.number(), ts: z.number(), wm: z.number() };

const Person = z.object({
  id: z.number(),
  name: z.string(),
  emailAddress: z.string(),
  creditCard: z.string(),
  city: z.string(),
  state: z.string(),
  dateTime: z.number(),
  extra: z.string(),
});

const Auction = z.object({
  id: z.number(),
  itemName: z.string(),
  description: z.string(),
  initialBid: z.number(),
  reserve: z.number(),
  dateTime: z.number(),
  expires: z.number(),
  seller: z.number(),
  category: z.number(),
  extra: z.string(),
});

const PlainBid = z.object({
  auction: z.number(),
  bidder: z.number(),
  price: z.number(),
  dateTime: z.number(),
  extra: z.string(),
});

const PersonEvent = z.object({ ...position, event_type: z.literal(0), person: Person });
const AuctionEvent = z.object({ ...position, event_type: z.literal(1), auction: Auction });

/** An event of the Flink profile as it comes from JSON, checked the way an application would: by zod. */
export const ZodNexmarkEvent: z.ZodType<NexmarkEvent> = z.discriminatedUnion('event_type', [
  PersonEvent,
  AuctionEvent,
  z.object({
    ...position,
    event_type: z.literal(2),
    bid: PlainBid.extend({ channel: z.string(), url: z.string() }),
  }),
]);

/** An event of the Beam profile, whose bids have no channel. */
export const ZodBeamEvent: z.ZodType<NexmarkEvent<BeamBid>> = z.discriminatedUnion('event_type', [
  PersonEvent,
  AuctionEvent,
  z.object({ ...position, event_type: z.literal(2), bid: PlainBid }),
]);
