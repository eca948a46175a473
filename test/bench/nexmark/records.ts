import type {
  Auction,
  AuctionEvent,
  Bid,
  BidEvent,
  Person,
  PersonEvent,
  Position,
} from '../../../bench/nexmark/events.ts';

/** A person event at this time; what a test leaves out doesn't matter to it. */
export function person(ts: number, fields: Partial<Person> = {}): PersonEvent {
  const defaults = {
    id: 1,
    name: 'Ann',
    emailAddress: '',
    creditCard: '',
    city: 'Bend',
    state: 'OR',
    extra: '',
  };
  return { ...positionAt(ts), event_type: 0, person: { ...defaults, dateTime: ts, ...fields } };
}

/** An auction event at this time, open for a second. */
export function auction(ts: number, fields: Partial<Auction> = {}): AuctionEvent {
  const defaults = {
    id: 7,
    itemName: '',
    description: '',
    initialBid: 1,
    reserve: 1,
    expires: ts + 1000,
    seller: 1,
    category: 10,
    extra: '',
  };
  return { ...positionAt(ts), event_type: 1, auction: { ...defaults, dateTime: ts, ...fields } };
}

/** A bid event at this time. */
export function bid(ts: number, fields: Partial<Bid> = {}): BidEvent {
  const defaults = {
    auction: 7,
    bidder: 2,
    price: 100,
    channel: 'Apple',
    url: 'https://a.example/b/c/d/e',
    extra: '',
  };
  return { ...positionAt(ts), event_type: 2, bid: { ...defaults, dateTime: ts, ...fields } };
}

function positionAt(ts: number): Position {
  return { seq: 0, ts, wm: ts };
}
