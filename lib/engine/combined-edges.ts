import { isOperator } from '../dsl/index.ts';
import type { Edge, SentEdge, StageGraph } from '../plan/index.ts';
import type { Step } from './stateless-step.ts';
import type { StepHost } from './step-host.ts';

/**
 * What stands for many events goes by an edge of its own, which names the shape of the accumulators: who doesn't know
 * that shape doesn't mistake them for others.
 */
function combinedEdge(edge: string, shape: string): string {
  return `${edge}~${shape}`;
}

/** Takes what a combiner gives, single events and partial aggregates. */
export function sendingCombined(edge: SentEdge, host: StepHost): Step {
  const single = host.sending(edge);
  if (edge.combiner === undefined) return single;
  const partial = host.sending({ ...edge, id: combinedEdge(edge.id, edge.combiner.definition.shape) });
  return (event) => {
    if (event.isPartial !== true) return single(event);
    const { key = '', value, timestamp } = event;
    partial({ key, value, timestamp });
  };
}

/** For each shape of accumulators that can be read, what takes them: also those sent before the pipeline was changed. */
export function receivingCombined(edge: Edge, { nodes }: StageGraph, receive: Step): [string, Step][] {
  const reader = nodes.filter(isOperator).find(({ inputs }) => inputs.includes(edge.from));
  if (reader?.definition.combiner === undefined) return [];
  const { shape, migrations = {} } = reader.definition;
  const earlier = Object.entries(migrations).map(([from, migrate]): [string, Step] => [
    combinedEdge(edge.id, from),
    (event) => {
      const { accumulators } = migrate({ accumulators: event.value }, event.timestamp) as {
        readonly accumulators: unknown;
      };
      receive({ ...event, value: accumulators, isPartial: true });
    },
  ]);
  return [[combinedEdge(edge.id, shape), (event) => receive({ ...event, isPartial: true })], ...earlier];
}
