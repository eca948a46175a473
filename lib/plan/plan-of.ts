import {
  ancestryOf,
  inputsOf,
  isOperator,
  LATE,
  type Node,
  type OperatorNode,
  type Pipeline,
  type SourceNode,
} from '../dsl/index.ts';
import type { OperatorPlan, Plan, SinkPlan, StagePlan } from './plan.ts';

/** Compiles a pipeline into its plan: one stage for each source. */
export function planOf(pipeline: Pipeline): Plan {
  const sources: readonly SourceNode[] = Object.values(pipeline.sources);
  return {
    format: 1,
    pipeline: pipeline.name,
    onError: pipeline.onError,
    delivery: pipeline.delivery,
    stages: sources.map((source) => stageOf(pipeline, source)),
  };
}

/** The source of that name. */
export function sourceNodeOf(pipeline: Pipeline, name: string): SourceNode {
  const sources: readonly SourceNode[] = Object.values(pipeline.sources);
  const found = sources.find((node) => node.name === name);
  if (found === undefined) throw new RangeError(`pipeline "${pipeline.name}" has no source "${name}"`);
  return found;
}

/** The sinks whose values come from this source, by name, in the order the pipeline returned them. */
export function sinksOf(
  pipeline: Pipeline,
  sourceName: string,
): readonly (readonly [name: string, node: Node])[] {
  const source = sourceNodeOf(pipeline, sourceName);
  const sinks: readonly (readonly [string, Node])[] = Object.entries(pipeline.sinks);
  return sinks.filter(([, node]) => ancestryOf(node).includes(source));
}

/** Every node between the source and the sinks, each once, inputs first. */
export function nodesOf(pipeline: Pipeline, sourceName: string): readonly Node[] {
  return ancestryOf(...sinksOf(pipeline, sourceName).map(([, node]) => node));
}

function stageOf(pipeline: Pipeline, source: SourceNode): StagePlan {
  const nodes = nodesOf(pipeline, source.name);
  const { timestamp, outOfOrderMs, maxSkewMs, idleAfterMs } = source.spec;
  return {
    id: source.name,
    source: source.name,
    time: {
      timestamp: timestamp === 'arrival' ? 'arrival' : 'extracted',
      outOfOrderMs,
      maxSkewMs,
      idleAfterMs,
    },
    operators: nodes.filter(isOperator).map((node) => operatorOf(node, nodes, outOfOrderMs)),
    sinks: sinksOf(pipeline, source.name).map(([name, node]) => sinkOf(name, node)),
  };
}

function operatorOf(node: OperatorNode, nodes: readonly Node[], outOfOrderMs: number): OperatorPlan {
  const { kind, shape, does, keeps, horizonMs } = node.definition;
  const isLateUsed = nodes.some(
    (other) => other.kind === 'side' && other.input === node && other.output === LATE,
  );
  return {
    id: node.id,
    kind,
    shape,
    does,
    keeps,
    late: isLateUsed ? 'outputs' : 'dead-letters',
    ...(horizonMs !== undefined && { horizonMs: horizonMs + outOfOrderMs + delayBefore(node) }),
  };
}

function sinkOf(name: string, node: Node): SinkPlan {
  return { name, kind: isRow(node) ? 'rows' : 'events' };
}

/** Whether values still stand for one row each: results of an operator that gives rows, mapped or filtered at most. */
function isRow(node: Node): boolean {
  if (isOperator(node)) return node.definition.results === 'rows';
  return (node.kind === 'map' || node.kind === 'filter') && isRow(node.input);
}

/**
 * By how much operators before this one hold results back. Its event time is that much earlier, so a result is never
 * late for it only because it waited.
 */
export function delayBefore(node: Node): number {
  return Math.max(0, ...inputsOf(node).map(delayBehind));
}

function delayBehind(node: Node): number {
  return delayBefore(node) + (isOperator(node) ? node.definition.delayMs : 0);
}
