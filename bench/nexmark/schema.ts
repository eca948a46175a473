import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Auction, BeamBid, Bid, NexmarkEvent, Person, Position } from './events.ts';

export type { AnyNexmarkEvent, Auction, BeamBid, Bid, NexmarkEvent, Person } from './events.ts';

type FieldTypes<T> = { readonly [K in keyof T]: T[K] extends number ? 'number' : 'string' };

const POSITION = fieldsOf<Position>({ seq: 'number', ts: 'number', wm: 'number' });

const PERSON = fieldsOf<Person>({
  id: 'number',
  name: 'string',
  emailAddress: 'string',
  creditCard: 'string',
  city: 'string',
  state: 'string',
  dateTime: 'number',
  extra: 'string',
});

const AUCTION = fieldsOf<Auction>({
  id: 'number',
  itemName: 'string',
  description: 'string',
  initialBid: 'number',
  reserve: 'number',
  dateTime: 'number',
  expires: 'number',
  seller: 'number',
  category: 'number',
  extra: 'string',
});

/**
 * Checks an event of the Flink profile as it comes from JSON: the type of every field, and nothing else. It hands
 * the value on as it is, which costs a fraction of what parsing the JSON does.
 */
export const nexmarkEvent: StandardSchemaV1<unknown, NexmarkEvent> = eventSchema<Bid>({
  auction: 'number',
  bidder: 'number',
  price: 'number',
  channel: 'string',
  url: 'string',
  dateTime: 'number',
  extra: 'string',
});

/** Checks an event of the Beam profile, whose bids have no channel, in the same way. */
export const beamEvent: StandardSchemaV1<unknown, NexmarkEvent<BeamBid>> = eventSchema<BeamBid>({
  auction: 'number',
  bidder: 'number',
  price: 'number',
  dateTime: 'number',
  extra: 'string',
});

function eventSchema<B extends BeamBid>(bidTypes: FieldTypes<B>): StandardSchemaV1<unknown, NexmarkEvent<B>> {
  const bidFields = fieldsOf(bidTypes);
  const validate = (value: unknown): StandardSchemaV1.Result<NexmarkEvent<B>> => {
    const issue = issueOf(value, bidFields);
    return issue === undefined ? { value: value as NexmarkEvent<B> } : { issues: [issue] };
  };
  return { '~standard': { version: 1, vendor: 'nexmark', validate } };
}

type Fields = readonly (readonly [name: string, type: string])[];

function fieldsOf<T>(types: FieldTypes<T>): Fields {
  return Object.entries<string>(types);
}

/** What is wrong first; nothing if the value is an event. */
function issueOf(value: unknown, bidFields: Fields): StandardSchemaV1.Issue | undefined {
  if (!isRecord(value)) return expected('an object', value, []);
  switch (value['event_type']) {
    case 0:
      return wrongField(value, POSITION, []) ?? wrongRecord(value, 'person', PERSON);
    case 1:
      return wrongField(value, POSITION, []) ?? wrongRecord(value, 'auction', AUCTION);
    case 2:
      return wrongField(value, POSITION, []) ?? wrongRecord(value, 'bid', bidFields);
    default:
      return expected('0, 1 or 2', value['event_type'], ['event_type']);
  }
}

function wrongRecord(event: UnknownRecord, name: string, fields: Fields): StandardSchemaV1.Issue | undefined {
  const record = event[name];
  return isRecord(record) ? wrongField(record, fields, [name]) : expected('an object', record, [name]);
}

function wrongField(
  record: UnknownRecord,
  fields: Fields,
  path: readonly string[],
): StandardSchemaV1.Issue | undefined {
  for (const [name, type] of fields) {
    if (typeof record[name] !== type) return expected(`a ${type}`, record[name], [...path, name]);
  }
  return undefined;
}

type UnknownRecord = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is UnknownRecord {
  return typeof value === 'object' && value !== null;
}

function expected(what: string, value: unknown, path: readonly string[]): StandardSchemaV1.Issue {
  return { message: `it is "${String(value)}"; it must be ${what}`, path };
}
