import type { Event } from './event.ts';

/** An event on its way to another stage, for one of its inputs. */
export interface SentEvent {
  readonly edge: string;
  readonly event: Event;
}

/** What events have in common: their input, the names in their values, and whether they hold more than most. */
type Shape = [edge: string, names: readonly string[] | undefined, hasMore: boolean];

/**
 * Events as a flat list: of each the number of its shape, its timestamp, its key, what else it holds if anything, and
 * then its value, field by field where it is an object. Names are written once, not for each event: that is a third of
 * the bytes, and most of the time it takes to write them.
 */
export type EventRows = [shapes: Shape[], cells: unknown[]];

type Fields = Readonly<Record<string, unknown>>;

/** Values of more shapes than this are written as they are. */
const MOST_SHAPES = 32;

export function toRows(events: readonly SentEvent[]): EventRows {
  const shapes = new Shapes();
  const cells: unknown[] = [];
  for (const { edge, event } of events) {
    const { value, timestamp, key } = event;
    const more = moreOf(event);
    const number = shapes.numberFor(edge, fieldsOf(value), more !== undefined);
    const names = shapes.all[number]?.[1];
    cells.push(number, timestamp, key);
    if (more !== undefined) cells.push(more);
    if (names === undefined) cells.push(value);
    else for (const name of names) cells.push((value as Fields)[name]);
  }
  return [shapes.all, cells];
}

/** The shapes of events so far, by their numbers. */
class Shapes {
  readonly all: Shape[] = [];
  #last = 0;

  /** @param fields of the value, if it is to be written by them */
  numberFor(edge: string, fields: Fields | undefined, hasMore: boolean): number {
    const isSame = (shape: Shape | undefined): boolean =>
      shape?.[0] === edge && shape[2] === hasMore && hasNames(fields, shape[1]);
    if (isSame(this.all[this.#last])) return this.#last;
    const known = this.all.findIndex(isSame);
    if (known === -1 && fields !== undefined && this.all.length >= MOST_SHAPES)
      return this.numberFor(edge, undefined, hasMore);
    const names = fields && Object.keys(fields);
    this.#last = known === -1 ? this.all.push([edge, names, hasMore]) - 1 : known;
    return this.#last;
  }
}

export function fromRows([shapes, cells]: EventRows): readonly SentEvent[] {
  const events: SentEvent[] = [];
  let at = 0;
  const next = (): unknown => cells[at++];
  while (at < cells.length) {
    const [edge, names, hasMore] = shapes[Number(next())] ?? ['', undefined, false];
    const timestamp = Number(next());
    const key = next();
    const more = hasMore ? (next() as Partial<Event>) : undefined;
    const value = names === undefined ? next() : objectOf(names, next);
    const event: Event = typeof key === 'string' ? { value, timestamp, key } : { value, timestamp };
    events.push({ edge, event: more === undefined ? event : { ...event, ...more } });
  }
  return events;
}

function objectOf(names: readonly string[], next: () => unknown): Fields {
  const object: Record<string, unknown> = {};
  for (const name of names) object[name] = next();
  return object;
}

const USUAL: ReadonlySet<string> = new Set<keyof Event>(['value', 'timestamp', 'key']);

/** What few events have. To ask each for all it might have takes several times as long as to go through what it has. */
function moreOf(event: Event): Partial<Event> | undefined {
  for (const name in event) {
    if (USUAL.has(name)) continue;
    const { value: _, timestamp: __, key: ___, ...more } = event;
    return more;
  }
  return undefined;
}

/** The fields of an object that nothing else is lost of when it is written as those. */
function fieldsOf(value: unknown): Fields | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.getPrototypeOf(value) !== Object.prototype || Object.hasOwn(value, '__proto__'))
    return undefined;
  return value as Fields;
}

function hasNames(fields: Fields | undefined, names: readonly string[] | undefined): boolean {
  if (fields === undefined || names === undefined) return fields === names;
  let index = 0;
  for (const name in fields) {
    if (names[index] !== name) return false;
    index += 1;
  }
  return index === names.length;
}
