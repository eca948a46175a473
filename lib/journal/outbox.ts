import { decode, encode, type Output } from '../model/index.ts';

/** Outputs not known to be delivered, as bytes; nothing if there are none. */
export function encodeOutbox(outputs: readonly Output[]): Uint8Array | undefined {
  return outputs.length === 0 ? undefined : encode(outputs);
}

export function decodeOutbox(bytes: Uint8Array | undefined): readonly Output[] {
  return bytes === undefined ? [] : (decode(bytes) as readonly Output[]);
}
