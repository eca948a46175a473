import { Packr } from 'msgpackr/pack';
import { brotliCompressSync, brotliDecompressSync, constants, inflateRawSync } from 'node:zlib';
import { FatalError } from './errors.ts';

/**
 * The bytes of everything this package stores: one byte of format, then MessagePack, compressed where that is
 * shorter. Beyond JSON it keeps `undefined`, `NaN`, infinities, bigint and byte arrays; -0 becomes 0.
 */
const FORMAT_PLAIN = 1;
/** What versions before wrote instead of brotli; it is still read. */
const FORMAT_DEFLATED = 2;
const FORMAT_BROTLI = 3;

const WORTH_COMPRESSING_BYTES = 256;
/** About what state and parcels are compressed to: a reader allocates that much, not 16 KB each time. */
const USUAL_RATIO = 4;
const LEAST_CHUNK_BYTES = 64;

/** Its fastest setting that still looks for matches: about the size of deflate at its fastest, in half the time. */
const COMPRESSION = {
  [constants.BROTLI_PARAM_QUALITY]: 1,
  [constants.BROTLI_PARAM_LGWIN]: 18,
};

const packr = new Packr({ useRecords: false, moreTypes: true });

/** @param worthCompressing from how many bytes on they are compressed */
export function encode(value: unknown, worthCompressing: number = WORTH_COMPRESSING_BYTES): Uint8Array {
  const packed = packr.pack(value);
  if (packed.length < worthCompressing) return withFormat(FORMAT_PLAIN, packed);
  const compressed = brotliCompressSync(packed, { params: COMPRESSION, chunkSize: packed.length });
  return compressed.length < packed.length
    ? withFormat(FORMAT_BROTLI, compressed)
    : withFormat(FORMAT_PLAIN, packed);
}

/** @throws FatalError if the bytes are of a format this version doesn't know */
export function decode(bytes: Uint8Array): unknown {
  const body = bytes.subarray(1);
  const chunkSize = Math.max(LEAST_CHUNK_BYTES, body.length * USUAL_RATIO);
  switch (bytes[0]) {
    case FORMAT_PLAIN:
      return packr.unpack(body);
    case FORMAT_DEFLATED:
      return packr.unpack(inflateRawSync(body, { chunkSize }));
    case FORMAT_BROTLI:
      return packr.unpack(brotliDecompressSync(body, { chunkSize }));
    default:
      throw new FatalError(
        `stored bytes have format "${bytes[0]}"; this version reads ${FORMAT_PLAIN} to ${FORMAT_BROTLI}: ` +
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
