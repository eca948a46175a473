import type { WindowRange } from '../model/index.ts';
import { floorMod } from '../time/index.ts';
import type { WindowSpec } from './window-spec.ts';

/** The window an event with this timestamp belongs to. */
export function assignWindow(spec: WindowSpec, timestamp: number): WindowRange {
  const start = timestamp - floorMod(timestamp, spec.sizeMs);
  return { start, end: start + spec.sizeMs };
}
