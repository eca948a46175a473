import { Decoder, Encoder, Tag } from 'cbor-x';
import { KinesisError } from './errors.ts';
import { type Input, isStructure } from './input.ts';

/** How bodies are written: https://docs.aws.amazon.com/kinesis/latest/APIReference/ in JSON, or the CBOR the Java SDKs prefer. */
export interface Codec {
  readonly contentType: string;
  decode(body: Buffer): Input;
  encode(output: object): Buffer;
}

const json: Codec = {
  contentType: 'application/x-amz-json-1.1',
  decode: (body) => parsed(body, () => JSON.parse(body.toString())),
  encode: (output) => Buffer.from(JSON.stringify(mapLeaves(output, jsonLeaf))),
};

/** Clients write times as 64-bit integers, which the decoder can turn to dates only as numbers (its types omit that). */
const CBOR_OPTIONS = { useRecords: false, mapsAsObjects: true, int64AsNumber: true };
const cborDecoder = new Decoder(CBOR_OPTIONS);
const cborEncoder = new Encoder({ useRecords: false, tagUint8Array: false });

const cbor: Codec = {
  contentType: 'application/x-amz-cbor-1.1',
  decode: (body) => parsed(body, () => mapLeaves(cborDecoder.decode(body), fromCborLeaf)),
  encode: (output) => cborEncoder.encode(mapLeaves(output, cborLeaf)),
};

export function codecFor(contentType: string | undefined): Codec {
  return contentType?.startsWith(cbor.contentType) === true ? cbor : json;
}

function parsed(body: Buffer, parse: () => unknown): Input {
  if (body.length === 0) return {};
  const value = attempt(parse);
  if (isStructure(value)) return value;
  throw new KinesisError('SerializationException', 'The request body is not a structure.');
}

function attempt(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (cause) {
    throw new KinesisError('SerializationException', `The request body cannot be parsed: ${String(cause)}`);
  }
}

/** A copy with every blob, date and primitive replaced; undefined members are left out. */
function mapLeaves(value: unknown, leaf: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapLeaves(item, leaf));
  if (!isStructure(value) || value instanceof Uint8Array || value instanceof Date) return leaf(value);
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) copy[key] = mapLeaves(member, leaf);
  }
  return copy;
}

function jsonLeaf(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  }
  return value instanceof Date ? value.getTime() / 1000 : value;
}

/** The service's CBOR has milliseconds under the tag of epoch dates, where the standard has seconds. */
const EPOCH_TAG = 1;

function cborLeaf(value: unknown): unknown {
  return value instanceof Date ? new Tag(BigInt(value.getTime()), EPOCH_TAG) : value;
}

function fromCborLeaf(value: unknown): unknown {
  return value instanceof Date ? new Date(value.getTime() / 1000) : value;
}
