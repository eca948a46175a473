import { createHash } from 'node:crypto';
import { describeWindow } from '../windows/index.ts';
import type { OperatorPlan, StagePlan } from './plan.ts';

/** For each stateful operator, a readable text that is the same exactly as long as its stored state can be read. */
export type StateShapes = Readonly<Record<string, string>>;

/** What the stored state of a stage looks like, operator by operator. */
export function stateShapesOf(stage: StagePlan): StateShapes {
  return Object.fromEntries(stage.operators.map((operator) => [operator.id, shapeOf(operator)]));
}

/** Short, and different for plans whose state differs: what a tail carries. */
export function fingerprintOf(stage: StagePlan): string {
  const shapes = Object.entries(stateShapesOf(stage)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(shapes)).digest('hex').slice(0, 16);
}

function shapeOf({ window, aggregates }: OperatorPlan): string {
  const results = Object.entries(aggregates).map(([name, kind]) => `${name}: ${kind}`);
  return `${describeWindow(window)} { ${results.join(', ')} }`;
}
