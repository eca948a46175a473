import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { InputRecord } from '../model/index.ts';
import { fromAttributes } from './attribute-value.ts';

type Image = Readonly<Record<string, AttributeValue>>;

/** What the stream of a table says of one change, in an event or as it is read. */
export interface StreamedChange {
  readonly eventName?: string | undefined;
  readonly dynamodb?:
    | {
        readonly Keys?: Image | undefined;
        readonly OldImage?: Image | undefined;
        readonly NewImage?: Image | undefined;
        readonly SequenceNumber?: string | undefined;
        /** Seconds since the epoch; a date where the SDK has read it. */
        readonly ApproximateCreationDateTime?: number | Date | undefined;
      }
    | undefined;
}

const KINDS: Readonly<Record<string, string>> = { INSERT: 'insert', MODIFY: 'modify', REMOVE: 'remove' };
const utf8 = new TextEncoder();

/**
 * A change as a record, whichever way it came: its kind, its key and its images as JSON. Sets are lists, bytes are base64,
 * whole numbers too large for JavaScript are text, and others are rounded to what it can hold.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
 */
export function recordOfChange({ eventName = '', dynamodb = {} }: StreamedChange): InputRecord {
  const {
    Keys,
    OldImage,
    NewImage,
    SequenceNumber = '',
    ApproximateCreationDateTime: created = 0,
  } = dynamodb;
  const text = JSON.stringify({
    kind: KINDS[eventName] ?? eventName,
    key: imageOf(Keys),
    before: imageOf(OldImage),
    after: imageOf(NewImage),
  });
  return {
    sequenceNumber: SequenceNumber,
    partitionKey: '',
    data: utf8.encode(text),
    text,
    arrival: typeof created === 'number' ? Math.round(created * 1000) : created.getTime(),
  };
}

function imageOf(image: Image | undefined): unknown {
  return image && inJson(fromAttributes(image));
}

function inJson(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(inJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inJson(each)]));
}
