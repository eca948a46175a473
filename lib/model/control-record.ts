/**
 * A control record is an ordinary record of the log that speaks to the runtime instead of carrying data, so it has
 * the same single writer, the same order and the same replay as everything else.
 *
 * - `tick`: time passes, whether or not there is traffic. Its arrival time says how much.
 * - `finish`: the input is complete. Event time moves to its end and every window closes.
 */
export interface ControlRecord {
  readonly kind: 'tick' | 'finish';
}

/** Bytes no JSON text, KPL aggregate or compressed stream begins with: NUL, `millrace`, NUL. */
const MAGIC = new Uint8Array([0, 0x6d, 0x69, 0x6c, 0x6c, 0x72, 0x61, 0x63, 0x65, 0]);

/** The bytes of a control record, to be put into a shard. */
export function encodeControlRecord(control: ControlRecord): Uint8Array {
  const body = new TextEncoder().encode(JSON.stringify(control));
  const bytes = new Uint8Array(MAGIC.length + body.length);
  bytes.set(MAGIC);
  bytes.set(body, MAGIC.length);
  return bytes;
}

/** The control record these bytes are, or `undefined` if they are data. */
export function decodeControlRecord(data: Uint8Array): ControlRecord | undefined {
  if (data[0] !== 0 || !MAGIC.every((byte, index) => data[index] === byte)) return undefined;
  const control: unknown = JSON.parse(new TextDecoder().decode(data.subarray(MAGIC.length)));
  if (typeof control !== 'object' || control === null || !('kind' in control)) return undefined;
  return control.kind === 'tick' || control.kind === 'finish' ? { kind: control.kind } : undefined;
}
