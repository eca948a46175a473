import {
  isStateful,
  lineage,
  type Node,
  type Pipeline,
  type SourceNode,
  type StatefulNode,
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
  const sinks: readonly (readonly [string, Node])[] = Object.entries(pipeline.sinks);
  return sinks.filter(([, node]) => lineage(node)[0].name === sourceName);
}

/** Every node between the source and the sinks, each once, inputs first. */
export function nodesOf(pipeline: Pipeline, sourceName: string): readonly Node[] {
  return [...new Set(sinksOf(pipeline, sourceName).flatMap(([, node]) => lineage(node)))];
}

function stageOf(pipeline: Pipeline, source: SourceNode): StagePlan {
  const nodes = nodesOf(pipeline, source.name);
  const { timestamp, outOfOrderMs, maxSkewMs } = source.spec;
  return {
    id: source.name,
    source: source.name,
    time: { timestamp: timestamp === 'arrival' ? 'arrival' : 'extracted', outOfOrderMs, maxSkewMs },
    operators: nodes.filter(isStateful).map((node) => operatorOf(node, nodes, outOfOrderMs)),
    sinks: sinksOf(pipeline, source.name).map(([name, node]) => sinkOf(name, node)),
  };
}

function operatorOf(node: StatefulNode, nodes: readonly Node[], outOfOrderMs: number): OperatorPlan {
  const isLateUsed = nodes.some((other) => other.kind === 'late' && other.input === node);
  return {
    id: node.id,
    kind: node.kind,
    window: node.window,
    graceMs: node.graceMs,
    aggregates: Object.fromEntries(Object.entries(node.aggregates).map(([name, { kind }]) => [name, kind])),
    late: isLateUsed ? 'outputs' : 'dead-letters',
    horizonMs: node.window.sizeMs + node.graceMs + outOfOrderMs + delayOf(node.input),
  };
}

function sinkOf(name: string, node: Node): SinkPlan {
  return { name, kind: isRow(node) ? 'rows' : 'events' };
}

/** Whether values still stand for one key and window each: results of a window, mapped or filtered at most. */
function isRow(node: Node): boolean {
  if (isStateful(node)) return true;
  return (node.kind === 'map' || node.kind === 'filter') && isRow(node.input);
}

/**
 * By how much operators before this point hold results back. Event time behind them is that much earlier, so a result
 * is never late for the next operator.
 */
export function delayOf(node: Node): number {
  if (node.kind === 'source') return 0;
  return delayOf(node.input) + (isStateful(node) ? node.graceMs : 0);
}
