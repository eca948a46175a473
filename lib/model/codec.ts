import { Packr } from 'msgpackr/pack';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { FatalError } from './errors.ts';

/**
 * The bytes of everything this package stores: one byte of format, then MessagePack, compressed where that is
 * shorter. Beyond JSON it keeps `undefined`, `NaN`, infinities, bigint and byte arrays.
 */
const FORMAT_PLAIN = 1;
const FORMAT_DEFLATED = 2;

const WORTH_COMPRESSING_BYTES = 256;

const packr = new Packr({ useRecords: false, moreTypes: true });

export function encode(value: unknown): Uint8Array {
  const packed = packr.pack(value);
  if (packed.length < WORTH_COMPRESSING_BYTES) return withFormat(FORMAT_PLAIN, packed);
  const deflated = deflateRawSync(packed, { level: 1 });
  return deflated.length < packed.length
    ? withFormat(FORMAT_DEFLATED, deflated)
    : withFormat(FORMAT_PLAIN, packed);
}

/** @throws FatalError if the bytes are of a format this version doesn't know */
export function decode(bytes: Uint8Array): unknown {
  const body = bytes.subarray(1);
  switch (bytes[0]) {
    case FORMAT_PLAIN:
      return packr.unpack(body);
    case FORMAT_DEFLATED:
      return packr.unpack(inflateRawSync(body));
    default:
      throw new FatalError(
        `stored bytes have format "${bytes[0]}"; this version reads ${FORMAT_PLAIN} and ${FORMAT_DEFLATED}: ` +
          'deploy the version that wrote them, or a newer one',
        { code: 'MR1001' },
      );
  }
}

function withFormat(format: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 1);
  bytes[0] = format;
  bytes.set(body, 1);
  return bytes;
}
