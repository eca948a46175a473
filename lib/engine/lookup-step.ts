import { validate, type LookupNode } from '../dsl/index.ts';
import type { KnownKey, Looked } from '../joins/index.ts';
import { encodeKey, RetryableError, type DeadLetterReason, type Event } from '../model/index.ts';
import { requireSettled } from './settled.ts';

/** What a lookup needs from whoever runs it. */
export interface LookupHost {
  /** What the table has said of a key; `undefined` while it wasn't asked. */
  answerTo(table: string, key: string): Looked<unknown> | undefined;
  /** Nothing was found, or known, and the event isn't to go on without. */
  refused(reason: DeadLetterReason, operator: string, event: Event, message: string): void;
  /** User code threw. */
  failed(operator: string, event: Event, error: unknown): void;
}

/**
 * Joins events with what the table has said before they were applied. An event whose key wasn't asked for goes nowhere:
 * asking is what the host does with it.
 *
 * The step throws a `RetryableError` where an answer is missing and the batch has to come again.
 */
export function lookupStep(
  node: LookupNode,
  next: (event: Event) => void,
  host: LookupHost,
): (event: Event) => void {
  const { id, table, onMiss, select } = node;
  const { schema } = table.spec;

  const join = (event: Event, known: KnownKey<unknown>, key: string, isStale: boolean): void => {
    let value: unknown;
    try {
      const row = known.kind === 'found' ? rowOf(known.value, key) : undefined;
      value = requireSettled(select(event.value, row, { isStale }));
    } catch (error) {
      host.failed(id, event, error);
      return;
    }
    next({ ...event, value });
  };
  const rowOf = (stored: unknown, key: string): unknown => {
    const validation = validate(schema, stored);
    if (validation.kind === 'valid') return validation.value;
    throw new RangeError(`row "${key}" of table "${table.name}" fails its schema: ${validation.message}`);
  };

  return (event) => {
    let key: string;
    try {
      key = encodeKey(node.keyOf(event.value));
    } catch (error) {
      host.failed(id, event, error);
      return;
    }
    const looked = host.answerTo(table.name, key);
    if (looked === undefined) return;
    const known = settled(node, key, looked);
    if (known.kind === 'unknown') {
      host.refused(
        'unanswered',
        id,
        event,
        `table "${table.name}" gave no answer for "${key}": ${known.reason}`,
      );
    } else if (known.kind === 'found' || onMiss === 'keep') {
      join(event, known, key, looked.kind === 'unknown');
    } else if (onMiss === 'dead-letter') {
      host.refused('not-found', id, event, `table "${table.name}" has no row "${key}"`);
    }
  };
}

/** What counts as the answer: where there is none, what is remembered may. */
function settled(
  { id, table, onUnknown }: LookupNode,
  key: string,
  looked: Looked<unknown>,
): Looked<unknown> {
  if (looked.kind !== 'unknown' || onUnknown === 'dead-letter') return looked;
  if (onUnknown === 'stale' && looked.stale !== undefined) return looked.stale;
  throw new RetryableError(
    `lookup "${id}" got no answer for "${key}" from table "${table.name}" in time: ${looked.reason}; the batch is ` +
      'delivered again to ask once more',
    { cause: looked.cause },
  );
}
