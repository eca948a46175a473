import { decode, encode } from './codec.ts';

/**
 * Bytes no JSON text, KPL aggregate or compressed stream begins with: NUL, `millrace`. Behind them stands what kind of
 * record of the runtime it is, and then its body.
 */
const MAGIC = [0, 0x6d, 0x69, 0x6c, 0x6c, 0x72, 0x61, 0x63, 0x65];
const BODY_AT = MAGIC.length + 1;

/**
 * An on-demand stream counts whole kilobytes of each record: less than one costs nothing to leave as it is.
 * @see https://aws.amazon.com/kinesis/data-streams/pricing/
 */
const WORTH_COMPRESSING_BYTES = 1024;

/** What kind of record of the runtime these bytes are, or `undefined` if they are data. */
export function kindOf(data: Uint8Array): number | undefined {
  return data[0] === 0 && MAGIC.every((byte, index) => data[index] === byte) ? data[MAGIC.length] : undefined;
}

export function withKind(kind: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(BODY_AT + body.length);
  bytes.set(MAGIC);
  bytes[MAGIC.length] = kind;
  bytes.set(body, BODY_AT);
  return bytes;
}

export function bodyOf(data: Uint8Array): Uint8Array {
  return data.subarray(BODY_AT);
}

/** A record whose body is a value of the model. */
export function recordWith(kind: number, content: unknown): Uint8Array {
  return withKind(kind, encode(content, WORTH_COMPRESSING_BYTES));
}

/** @throws FatalError if the content is of a format this version doesn't know */
export function contentOf(data: Uint8Array): unknown {
  return decode(bodyOf(data));
}
