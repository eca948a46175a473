import { bodyOf, kindOf, withKind } from './runtime-record.ts';

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

const CONTROL = 0;

const CONTROLS: readonly ControlRecord[] = [{ kind: 'tick' }, { kind: 'finish' }];

/** The bytes of a control record, to be put into a shard. */
export function encodeControlRecord(control: ControlRecord): Uint8Array {
  return withKind(CONTROL, new TextEncoder().encode(JSON.stringify(control)));
}

/** The control record these bytes are, or `undefined` if they are data. */
export function decodeControlRecord(data: Uint8Array): ControlRecord | undefined {
  if (kindOf(data) !== CONTROL) return undefined;
  const body = new TextDecoder().decode(bodyOf(data));
  return CONTROLS.find((control) => body === JSON.stringify(control));
}
