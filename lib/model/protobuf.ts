/** How the value of a field is written. */
const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;
const LONGEST_VARINT_BYTES = 10;

/**
 * Reads a protobuf message field by field, in the order in which they are written. Fields of fixed size, which nothing
 * here needs, are passed over; numbers beyond 2^53 are about what they are. Each method throws a RangeError if the bytes
 * are no message.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class ProtobufReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;
  #number = 0;
  #value: number | undefined;
  #from = 0;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Goes on to the next field, if there is one. */
  next(): boolean {
    while (this.#at < this.#end) {
      const key = this.#readVarint();
      this.#number = Math.floor(key / 8);
      const type = key % 8;
      if (type === VARINT) {
        this.#value = this.#readVarint();
        return true;
      }
      if (type === BYTES) {
        this.#value = undefined;
        this.#from = this.#skip(this.#readVarint());
        return true;
      }
      if (type === FIXED_64) this.#skip(8);
      else if (type === FIXED_32) this.#skip(4);
      else throw new RangeError(`field before byte ${this.#at} has type ${type}; it must be 0, 1, 2 or 5`);
    }
    return false;
  }

  /** Whether the field at hand has this number, and bytes. */
  hasBytes(number: number): boolean {
    return this.#number === number && this.#value === undefined;
  }

  /** The number in the field at hand, if it is that field and a number. */
  numberIn(number: number): number | undefined {
    return this.#number === number ? this.#value : undefined;
  }

  /** The bytes of the field at hand. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(this.#from, this.#at);
  }

  /** The message in the field at hand. */
  get message(): ProtobufReader {
    return new ProtobufReader(this.#bytes, this.#from, this.#at);
  }

  #readVarint(): number {
    let value = 0;
    for (let index = 0; index < LONGEST_VARINT_BYTES; index += 1) {
      const byte = this.#bytes[this.#skip(1)] ?? 0;
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw new RangeError(`number before byte ${this.#at} is longer than ${LONGEST_VARINT_BYTES} bytes`);
  }

  #skip(bytes: number): number {
    const from = this.#at;
    this.#at += bytes;
    if (this.#at > this.#end) throw new RangeError(`field at byte ${from} ends behind its message`);
    return from;
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
