import {
  inputsOf,
  isLookup,
  isOperator,
  LATE,
  type LookupNode,
  type Node,
  type OperatorNode,
  type Pipeline,
} from '../dsl/index.ts';
import type { LookupPlan, OperatorPlan, Plan, SinkPlan, StageInput, StagePlan, StageTime } from './plan.ts';
import { topologyOf, type SentEdge, type StageGraph } from './topology.ts';

/** Into how many parts a shuffle divides its keys. A constant of the format: the parts are what state is stored by. */
const PARTITIONS = 64;

/** Compiles a pipeline into its plan: a stage for each source, and one for each shuffle. */
export function planOf(pipeline: Pipeline): Plan {
  const graphs = topologyOf(pipeline);
  return {
    format: 1,
    pipeline: pipeline.name,
    onError: pipeline.onError,
    delivery: pipeline.delivery,
    ...(pipeline.forgets.length > 0 && { forgets: pipeline.forgets }),
    stages: graphs.map((graph) => stageOf(graph, graphs)),
  };
}

/** What runs as this stage. */
export function stageGraphOf(pipeline: Pipeline, stageId: string): StageGraph {
  const graphs = topologyOf(pipeline);
  const graph = graphs.find(({ id }) => id === stageId);
  if (graph !== undefined) return graph;
  const known = graphs.map(({ id }) => `"${id}"`).join(', ');
  throw new RangeError(`pipeline "${pipeline.name}" has no stage "${stageId}"; it has ${known}`);
}

function stageOf(graph: StageGraph, graphs: readonly StageGraph[]): StagePlan {
  const time = timeOf(graph, graphs);
  const lookups = graph.nodes.filter(isLookup).map(lookupOf);
  return {
    id: graph.id,
    input: inputOf(graph, graphs),
    time,
    operators: [
      ...graph.nodes.filter(isOperator).map((node) => operatorOf(node, graph, time.outOfOrderMs)),
      ...graph.sends.flatMap((edge) => combinersOf(edge, graph, time.outOfOrderMs)),
    ],
    ...(lookups.length > 0 && { lookups }),
    sinks: graph.sinks.map(([name, node]) => sinkOf(name, node, graph)),
    sends: graph.sends.map(({ id, to, from, combiner }) => ({
      edge: id,
      reads: combiner === undefined ? originsOf(from, graph) : [combiner.id],
      to,
      partitions: PARTITIONS,
    })),
  };
}

function inputOf({ id, source }: StageGraph, graphs: readonly StageGraph[]): StageInput {
  if (source !== undefined) {
    const { of } = source.spec;
    return { kind: 'source', source: source.name, ...(of !== undefined && { of }) };
  }
  const from = graphs.filter(({ sends }) => sends.some(({ to }) => to === id)).map((graph) => graph.id);
  return { kind: 'shuffle', partitions: PARTITIONS, from };
}

function timeOf(graph: StageGraph, graphs: readonly StageGraph[]): StageTime {
  if (graph.source !== undefined) {
    const { timestamp, outOfOrderMs, maxSkewMs, idleAfterMs } = graph.source.spec;
    const kind = timestamp === 'arrival' ? 'arrival' : 'extracted';
    return { timestamp: kind, outOfOrderMs, maxSkewMs, idleAfterMs };
  }
  const before = graphs.filter(({ sends }) => sends.some(({ to }) => to === graph.id));
  const idleAfterMs = Math.max(...before.map((each) => timeOf(each, graphs).idleAfterMs));
  return { timestamp: 'producers', outOfOrderMs: 0, maxSkewMs: 0, idleAfterMs };
}

function operatorOf(node: OperatorNode, graph: StageGraph, outOfOrderMs: number): OperatorPlan {
  const { kind, shape, does, keeps, horizonMs, migrations = {} } = node.definition;
  const migratesFrom = Object.keys(migrations);
  const isLateUsed = graph.nodes.some(
    (other) => other.kind === 'side' && other.input === node && other.output === LATE,
  );
  return {
    id: node.id,
    kind,
    shape,
    does,
    keeps,
    ...(migratesFrom.length > 0 && { migratesFrom }),
    reads: unique(inputsOf(node).flatMap((input) => originsOf(input, graph))),
    late: isLateUsed ? 'outputs' : 'dead-letters',
    ...(horizonMs !== undefined && { horizonMs: horizonMs + outOfOrderMs + delayBefore(node, graph) }),
  };
}

/** What folds the events of an edge before they are sent. */
function combinersOf(
  { from, combiner }: SentEdge,
  graph: StageGraph,
  outOfOrderMs: number,
): readonly OperatorPlan[] {
  if (combiner === undefined) return [];
  const { kind, shape, does, keeps, horizonMs = 0, migrations = {} } = combiner.definition;
  const migratesFrom = Object.keys(migrations);
  return [
    {
      id: combiner.id,
      kind,
      shape,
      does,
      keeps,
      ...(migratesFrom.length > 0 && { migratesFrom }),
      reads: originsOf(from, graph),
      late: 'sent on',
      horizonMs: horizonMs + outOfOrderMs + delayBehind(from, graph),
    },
  ];
}

function lookupOf({ id, table, onMiss, onUnknown }: LookupNode): LookupPlan {
  const { key, reading } = table.spec;
  const { ttlMs, missTtlMs, maxEntries } = reading;
  return { id, table: table.name, key, onMiss, onUnknown, ttlMs, missTtlMs, maxEntries };
}

function sinkOf(name: string, node: Node, graph: StageGraph): SinkPlan {
  return { name, reads: originsOf(node, graph), kind: isRow(node) ? 'rows' : 'events' };
}

/** The nearest operators at or before a node, as `OperatorPlan.reads` names them. */
function originsOf(node: Node, graph: StageGraph): readonly string[] {
  if (!graph.nodes.includes(node) || node.kind === 'source') return [graph.id];
  if (isOperator(node)) return [node.id];
  if (node.kind === 'side') return [`${node.input.id}.${node.output}`];
  return unique(inputsOf(node).flatMap((input) => originsOf(input, graph)));
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

/** Whether values still stand for one row each: results of an operator that gives rows, mapped or filtered at most. */
function isRow(node: Node): boolean {
  if (isOperator(node)) return node.definition.results === 'rows';
  return (node.kind === 'map' || node.kind === 'filter') && isRow(node.input);
}

/**
 * By how much operators of the stage before this one hold results back. Its event time is that much earlier, so a
 * result is never late for it only because it waited.
 */
export function delayBefore(node: Node, graph: StageGraph): number {
  return Math.max(0, ...inputsOf(node).map((input) => delayBehind(input, graph)));
}

/** The same for what comes after the node. */
export function delayBehind(node: Node, graph: StageGraph): number {
  if (!graph.nodes.includes(node)) return 0;
  return delayBefore(node, graph) + (isOperator(node) ? node.definition.delayMs : 0);
}
