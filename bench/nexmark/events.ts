/** Someone who sells and bids. Money is in cents, times are milliseconds since the Unix epoch, in all records. */
export interface Person {
  readonly id: number;
  readonly name: string;
  readonly emailAddress: string;
  readonly creditCard: string;
  readonly city: string;
  readonly state: string;
  readonly dateTime: number;
  readonly extra: string;
}

/** Something a person offers until it expires. */
export interface Auction {
  readonly id: number;
  readonly itemName: string;
  readonly description: string;
  readonly initialBid: number;
  readonly reserve: number;
  readonly dateTime: number;
  readonly expires: number;
  readonly seller: number;
  readonly category: number;
  readonly extra: string;
}

/** What a person offers for an auction, as the Beam profile has it. */
export interface BeamBid {
  readonly auction: number;
  readonly bidder: number;
  readonly price: number;
  readonly dateTime: number;
  readonly extra: string;
}

/** What a person offers for an auction, with the place the bid came from, as the Flink profile has it. */
export interface Bid extends BeamBid {
  readonly channel: string;
  readonly url: string;
}

/** Where an event stands in its stream. */
export interface Position {
  /** Counts the events of one generator from 0, in the order they are sent. */
  readonly seq: number;
  /** Event time: the `dateTime` of the record within. */
  readonly ts: number;
  /** No later event of this generator has a smaller `ts` than this. */
  readonly wm: number;
}

export interface PersonEvent extends Position {
  readonly event_type: 0;
  readonly person: Person;
}

export interface AuctionEvent extends Position {
  readonly event_type: 1;
  readonly auction: Auction;
}

export interface BidEvent<B extends BeamBid = Bid> extends Position {
  readonly event_type: 2;
  readonly bid: B;
}

/** One event of the stream; `event_type` says which. */
export type NexmarkEvent<B extends BeamBid = Bid> = PersonEvent | AuctionEvent | BidEvent<B>;

/** What both profiles have in common: every `NexmarkEvent` is one. */
export type AnyNexmarkEvent = NexmarkEvent<BeamBid>;
