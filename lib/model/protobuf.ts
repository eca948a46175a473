/** A field of a message: a number, or bytes, which may be text or a message of its own. */
export type ProtobufField =
  | { readonly kind: 'number'; readonly number: number; readonly value: number }
  | { readonly kind: 'bytes'; readonly number: number; readonly value: Uint8Array };

/** How the value of a field is written. */
const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;
const LONGEST_VARINT_BYTES = 10;

/**
 * The fields of a message in the order in which they are written. Those of fixed size, which nothing here reads, are
 * passed over; numbers beyond 2^53 are about what they are.
 * @throws RangeError if the bytes are no message
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function* fieldsOf(message: Uint8Array): Generator<ProtobufField> {
  let at = 0;
  const skip = (bytes: number): number => {
    const from = at;
    at += bytes;
    if (at > message.length) throw new RangeError(`field at byte ${from} ends behind its message`);
    return from;
  };
  const readVarint = (): number => {
    let value = 0;
    for (let index = 0; index < LONGEST_VARINT_BYTES; index += 1) {
      const byte = message[skip(1)] ?? 0;
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw new RangeError(`number before byte ${at} is longer than ${LONGEST_VARINT_BYTES} bytes`);
  };
  while (at < message.length) {
    const key = readVarint();
    const number = Math.floor(key / 8);
    const type = key % 8;
    if (type === VARINT) yield { kind: 'number', number, value: readVarint() };
    else if (type === BYTES) {
      const length = readVarint();
      yield { kind: 'bytes', number, value: message.subarray(skip(length), at) };
    } else if (type === FIXED_64) skip(8);
    else if (type === FIXED_32) skip(4);
    else throw new RangeError(`field before byte ${at} has type "${type}", which is none that is known`);
  }
}

/** A field with a whole number, as bytes. */
export function numberField(number: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(number * 8 + VARINT), ...varint(value)]);
}

/** A field with bytes. */
export function bytesField(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const value = Buffer.concat(parts);
  return Buffer.concat([Uint8Array.from([...varint(number * 8 + BYTES), ...varint(value.length)]), value]);
}

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value % 0x80) + 0x80, ...varint(Math.floor(value / 0x80))];
}
