import type { WindowRange } from '../model/index.ts';
import { floorMod } from '../time/index.ts';
import { calendarWindows, LONGEST_UNIT_MS } from './calendar.ts';
import type { SessionSpec, TimeWindowSpec } from './window-spec.ts';

/** Windows whose bounds follow from the clock. */
export type ClockWindowSpec = Exclude<TimeWindowSpec, SessionSpec>;

/** Which windows an instant belongs to. */
export interface WindowAssigner {
  /** Those the instant lies in, the first to end first. */
  windowsOf(timestamp: number): readonly WindowRange[];
  /** The window that begins there; `undefined` if its start alone doesn't say. */
  startingAt(start: number): WindowRange | undefined;
  /** No window is longer, in ms. */
  readonly maxSizeMs: number;
}

export function assignerOf(spec: ClockWindowSpec): WindowAssigner {
  switch (spec.kind) {
    case 'tumbling': {
      const { sizeMs, offsetMs } = spec;
      return {
        windowsOf: (timestamp) => [tumblingAt(timestamp, sizeMs, offsetMs)],
        startingAt: (start) => ({ start, end: start + sizeMs }),
        maxSizeMs: sizeMs,
      };
    }
    case 'hopping': {
      const { sizeMs, everyMs, offsetMs } = spec;
      return {
        windowsOf: (timestamp) => {
          const last = tumblingAt(timestamp, everyMs, offsetMs).start;
          const windows: WindowRange[] = [];
          for (let start = last; start > timestamp - sizeMs; start -= everyMs) {
            windows.push({ start, end: start + sizeMs });
          }
          return windows.toReversed();
        },
        startingAt: (start) => ({ start, end: start + sizeMs }),
        maxSizeMs: sizeMs,
      };
    }
    case 'cumulate': {
      const { stepMs, maxMs, offsetMs } = spec;
      return {
        windowsOf: (timestamp) => {
          const { start, end } = tumblingAt(timestamp, maxMs, offsetMs);
          const windows: WindowRange[] = [];
          const first = tumblingAt(timestamp, stepMs, offsetMs).end;
          for (let step = first; step <= end; step += stepMs) windows.push({ start, end: step });
          return windows;
        },
        startingAt: () => undefined,
        maxSizeMs: maxMs,
      };
    }
    case 'rollup':
      return {
        windowsOf: (timestamp) => spec.sizesMs.map((sizeMs) => tumblingAt(timestamp, sizeMs)),
        startingAt: () => undefined,
        maxSizeMs: spec.sizesMs.at(-1) ?? 0,
      };
    case 'calendar': {
      const windowOf = calendarWindows(spec.unit, spec.timeZone);
      return {
        windowsOf: (timestamp) => [windowOf(timestamp)],
        startingAt: windowOf,
        maxSizeMs: LONGEST_UNIT_MS[spec.unit],
      };
    }
    case 'custom':
      return {
        windowsOf: (timestamp) =>
          spec.assign(timestamp).toSorted((a, b) => a.end - b.end || a.start - b.start),
        startingAt: () => undefined,
        maxSizeMs: spec.maxSizeMs,
      };
  }
}

/** The one of side by side windows an instant lies in. */
export function tumblingAt(timestamp: number, sizeMs: number, offsetMs = 0): WindowRange {
  const start = timestamp - floorMod(timestamp - offsetMs, sizeMs);
  return { start, end: start + sizeMs };
}
