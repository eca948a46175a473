import type { WindowRange } from '../model/index.ts';
import { formatDuration } from '../time/index.ts';
import type { CalendarUnit } from './calendar.ts';

/** How events are cut into windows: data, so that a plan can print and compare it. */
export type WindowSpec = TimeWindowSpec | PerEventWindowSpec;

/** Windows of event time that close, and can speak before and after that. */
export type TimeWindowSpec =
  | TumblingSpec
  | HoppingSpec
  | CumulateSpec
  | RollupSpec
  | CalendarSpec
  | CustomSpec
  | SessionSpec;

/** Windows that belong to events rather than to the clock: each result is emitted once, as soon as it is known. */
export type PerEventWindowSpec = TrailingSpec | CountSpec;

export interface TumblingSpec {
  readonly kind: 'tumbling';
  readonly sizeMs: number;
  readonly offsetMs: number;
}

export interface HoppingSpec {
  readonly kind: 'hopping';
  readonly sizeMs: number;
  readonly everyMs: number;
  readonly offsetMs: number;
}

export interface CumulateSpec {
  readonly kind: 'cumulate';
  readonly stepMs: number;
  readonly maxMs: number;
  readonly offsetMs: number;
}

export interface RollupSpec {
  readonly kind: 'rollup';
  /** Ascending, each a multiple of the one before. */
  readonly sizesMs: readonly number[];
}

export interface CalendarSpec {
  readonly kind: 'calendar';
  readonly unit: CalendarUnit;
  readonly timeZone: string;
}

export interface CustomSpec {
  readonly kind: 'custom';
  readonly name: string;
  readonly maxSizeMs: number;
  readonly assign: (timestamp: number) => readonly WindowRange[];
}

export interface SessionSpec {
  readonly kind: 'session';
  readonly gapMs: number;
  readonly maxMs: number | undefined;
}

export interface TrailingSpec {
  readonly kind: 'trailing';
  readonly sizeMs: number;
}

export interface CountSpec {
  readonly kind: 'count';
  readonly size: number;
  readonly every: number;
}

/** How a person would name the window: `hopping 1 hour every 1 minute`. */
export function describeWindow(spec: WindowSpec): string {
  switch (spec.kind) {
    case 'tumbling':
      return `tumbling ${formatDuration(spec.sizeMs)}${describeOffset(spec.offsetMs)}`;
    case 'hopping':
      return `hopping ${formatDuration(spec.sizeMs)} every ${formatDuration(spec.everyMs)}${describeOffset(spec.offsetMs)}`;
    case 'cumulate':
      return `cumulate ${formatDuration(spec.stepMs)} up to ${formatDuration(spec.maxMs)}${describeOffset(spec.offsetMs)}`;
    case 'rollup':
      return `rollup ${spec.sizesMs.map(formatDuration).join(', ')}`;
    case 'calendar':
      return `calendar ${spec.unit} in ${spec.timeZone}`;
    case 'custom':
      return `custom ${spec.name}`;
    case 'session':
      return `session with a gap of ${formatDuration(spec.gapMs)}${spec.maxMs === undefined ? '' : `, at most ${formatDuration(spec.maxMs)}`}`;
    case 'trailing':
      return `trailing ${formatDuration(spec.sizeMs)}`;
    case 'count':
      return spec.every === spec.size ? `count ${spec.size}` : `count ${spec.size} every ${spec.every}`;
  }
}

function describeOffset(ms: number): string {
  return ms === 0 ? '' : ` offset ${formatDuration(ms)}`;
}
