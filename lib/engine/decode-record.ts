import { validate, type SourceSpec } from '../dsl/index.ts';
import { messageOf, type DeadLetterReason, type Event } from '../model/index.ts';
import { timestampMs } from '../time/index.ts';
import type { Refused, UnpackedRecord } from './unpacked.ts';

export type Decoded =
  | { readonly kind: 'event'; readonly event: Event }
  | { readonly kind: 'passed-over' }
  | Refused;

const utf8 = new TextDecoder('utf-8', { fatal: true });
const REPLACEMENT = '\uFFFD';
const HALF_ESCAPED = /\\u[dD][89a-fA-F]/;
/** Each escape, both halves of a character as one; captured where it is one half alone. */
const ESCAPES =
  /\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(\\u[dD][89a-fA-F][\da-fA-F]{2})|\\./g;
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * A record as an event: parsed, checked by the schema, and placed in time.
 * @param text the record's, if it has one
 */
export function decodeRecord(
  { schema, timestamp, maxSkewMs, passesOver }: SourceSpec<unknown>,
  record: UnpackedRecord,
  text: string | undefined,
): Decoded {
  if (record.refused !== undefined) return record.refused;
  let parsed: unknown;
  try {
    parsed = parse(isExact(text) ? text : utf8.decode(record.data));
  } catch (error) {
    return refused('undecodable', `record is no JSON: ${messageOf(error)}`);
  }
  try {
    if (passesOver?.(parsed) === true) return { kind: 'passed-over' };
    const validation = validate(schema, parsed);
    if (validation.kind === 'invalid') return refused('invalid', validation.message);
    const { value } = validation;
    if (timestamp === 'arrival') return { kind: 'event', event: { value, timestamp: record.arrival } };
    const given: unknown = timestamp(value);
    const ms = timestampMs(given);
    if (ms === undefined) {
      return refused(
        'no-timestamp',
        `timestamp is "${String(given)}"; it must be milliseconds, a Date, or ISO 8601 text with its zone`,
      );
    }
    const isAhead = ms > record.arrival + maxSkewMs;
    return { kind: 'event', event: isAhead ? { value, timestamp: ms, isAhead } : { value, timestamp: ms } };
  } catch (error) {
    return refused('failed', messageOf(error));
  }
}

/** JSON has escapes for halves of characters, by themselves too. These couldn't be stored, and come back as something else. */
function parse(json: string): unknown {
  // Most records have no escapes like that at all, which is seen six times as fast.
  const isWhole = !json.includes('\\u') || !HALF_ESCAPED.test(json);
  return JSON.parse(
    isWhole ? json : json.replace(ESCAPES, (escape, half) => (half === undefined ? escape : REPLACEMENT)),
  );
}

/** Whether the text is what its bytes say: nothing was replaced, and no mark stands before it. */
function isExact(text: string | undefined): text is string {
  return text !== undefined && !text.includes(REPLACEMENT) && !text.startsWith(BYTE_ORDER_MARK);
}

function refused(reason: DeadLetterReason, message: string): Refused {
  return { kind: 'refused', reason, message };
}
