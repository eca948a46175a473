import { createHash } from 'node:crypto';
import type { StagePlan } from './plan.ts';

/** For each stateful operator, a readable text that is the same exactly as long as its stored state can be read. */
export type StateShapes = Readonly<Record<string, string>>;

/** What the stored state of a stage looks like, operator by operator. */
export function stateShapesOf(stage: StagePlan): StateShapes {
  return Object.fromEntries(stage.operators.map(({ id, shape }) => [id, shape]));
}

/** Short, and different for plans whose state differs: what a tail carries. */
export function fingerprintOf(stage: StagePlan): string {
  const shapes = Object.entries(stateShapesOf(stage)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(shapes)).digest('hex').slice(0, 16);
}
