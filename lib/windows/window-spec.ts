import { formatDuration, positiveDurationMs, type DurationInput } from '../time/index.ts';

/** How events are cut into windows: data, so that a plan can print and compare it. */
export interface TumblingSpec {
  readonly kind: 'tumbling';
  readonly sizeMs: number;
}

export type WindowSpec = TumblingSpec;

/**
 * Windows of one size, side by side, aligned to the Unix epoch. An event belongs to exactly one: the start is
 * inclusive, the end exclusive.
 * @throws DefinitionError if the size is no positive duration
 */
export function tumbling(size: DurationInput): TumblingSpec {
  return Object.freeze({ kind: 'tumbling', sizeMs: positiveDurationMs(size, 'size of a tumbling window') });
}

/** How a person would name the window: `tumbling 5 minutes`. */
export function describeWindow(spec: WindowSpec): string {
  return `${spec.kind} ${formatDuration(spec.sizeMs)}`;
}
