import { createHash } from 'node:crypto';
import { formatPosition, parsePosition, type Position } from '../model/index.ts';
import { JOURNAL_FORMAT } from './entry.ts';

/**
 * What isn't journaled yet, as it travels in the window state of the event source mapping. It describes itself, and
 * is only a cache: the journal and the input log are the truth.
 */
export interface Tail {
  /** The entry it continues. */
  readonly n: number;
  readonly through: Position;
  /** Changes since that entry, oldest first. */
  readonly segments: readonly Uint8Array[];
  readonly outbox: Uint8Array | undefined;
}

/** Where a tail is valid: for code that reads its state, and within one window of the mapping. */
export interface TailScope {
  readonly plan: string;
  readonly window: string;
}

/** A tail as JSON. */
export interface EncodedTail {
  readonly millrace: number;
  readonly plan: string;
  readonly window: string;
  readonly n: number;
  readonly through: string;
  readonly segments: readonly string[];
  readonly outbox?: string;
  /** Of everything above: a tail that was cut short is no tail. */
  readonly checksum: string;
}

export function encodeTail({ n, through, segments, outbox }: Tail, { plan, window }: TailScope): EncodedTail {
  const body = {
    millrace: JOURNAL_FORMAT,
    plan,
    window,
    n,
    through: formatPosition(through),
    segments: segments.map(toBase64),
    ...(outbox !== undefined && { outbox: toBase64(outbox) }),
  };
  return { ...body, checksum: checksumOf(body) };
}

/**
 * The tail that is in window state; `undefined` if it is empty or damaged, of an earlier window, or from code whose state
 * differs.
 */
export function decodeTail(state: unknown, { plan, window }: TailScope): Tail | undefined {
  const through = reachedBy(state, window);
  if (through === undefined || !isEncodedTail(state) || state.plan !== plan) return undefined;
  return {
    n: state.n,
    through,
    // A sandbox that stays warm knows what is in them, and never asks.
    get segments() {
      return state.segments.map(fromBase64);
    },
    get outbox() {
      return state.outbox === undefined ? undefined : fromBase64(state.outbox);
    },
  };
}

/** How long a tail is as JSON. What is long in it is base64, which JSON leaves as it is. */
export function lengthOf(tail: EncodedTail): number {
  const long = [...tail.segments, tail.outbox ?? ''];
  const segments = tail.segments.map(() => '');
  const short = { ...tail, segments, ...(tail.outbox !== undefined && { outbox: '' }) };
  return long.reduce((total, text) => total + text.length, JSON.stringify(short).length);
}

/** How far the mapping has got by a tail of this window, whatever code has written it. */
export function reachedBy(state: unknown, window: string): Position | undefined {
  if (!isEncodedTail(state) || state.checksum !== checksumOf(state)) return undefined;
  if (state.millrace !== JOURNAL_FORMAT || state.window !== window) return undefined;
  return parsePosition(state.through);
}

function isEncodedTail(state: unknown): state is EncodedTail {
  if (typeof state !== 'object' || state === null) return false;
  const { n, through, segments, outbox } = state as Partial<Record<keyof EncodedTail, unknown>>;
  return (
    Number.isSafeInteger(n) &&
    typeof through === 'string' &&
    Array.isArray(segments) &&
    segments.every((segment) => typeof segment === 'string') &&
    (outbox === undefined || typeof outbox === 'string')
  );
}

function checksumOf({
  plan,
  window,
  n,
  through,
  segments,
  outbox = '',
}: Omit<EncodedTail, 'checksum'>): string {
  const hash = createHash('sha256').update(`${plan} ${window} ${n} ${through} ${segments.length} `);
  for (const text of [...segments, outbox]) hash.update(text).update(' ');
  return hash.digest('base64url').slice(0, 16);
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function fromBase64(text: string): Uint8Array {
  return Buffer.from(text, 'base64');
}
