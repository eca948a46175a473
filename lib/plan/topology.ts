import {
  ancestryOf,
  inputsOf,
  isOperator,
  labelOf,
  LATE,
  type Node,
  type OperatorNode,
  type Pipeline,
  type SourceNode,
} from '../dsl/index.ts';
import { DefinitionError, type OperatorDefinition } from '../model/index.ts';

/** Events that leave one stage to be met by their key in another. */
export interface Edge {
  /** The operator they are for and which of its inputs: stable as long as the operator's id is. */
  readonly id: string;
  readonly from: Node;
  readonly to: string;
  /** Every task gets it. */
  readonly isBroadcast: boolean;
}

/** What leaves a stage. */
export interface SentEdge extends Edge {
  /** Folds what leaves by this edge before it is sent. */
  readonly combiner?: Combiner;
}

export interface Combiner {
  readonly id: string;
  readonly definition: OperatorDefinition;
}

/** What runs as one stage: it reads one stream, a source or a shuffle, and its state lies with that stream's shards. */
export interface StageGraph {
  readonly id: string;
  /** The source it reads; `undefined` if it reads a shuffle. */
  readonly source: SourceNode | undefined;
  /** What comes through the shuffle it reads. */
  readonly receives: readonly Edge[];
  readonly sends: readonly SentEdge[];
  /** What runs here, inputs before what reads them. */
  readonly nodes: readonly Node[];
  readonly sinks: readonly (readonly [name: string, node: Node])[];
}

/** Behind the id of the first operator it is for. No source is called like that. */
const SHUFFLE = '-shuffle';

/**
 * Cuts a pipeline into stages, walking it from its sources.
 *
 * - What keeps no state runs wherever the events are, in as many stages as they come from.
 * - An operator runs in one stage, in which all events of a key are in one shard: where they are already, if they are
 *   keyed by partition key or come from operators there; else behind a shuffle by their key.
 * - Operators on streams of one `keyBy` share its shuffle.
 */
export function topologyOf(pipeline: Pipeline): readonly StageGraph[] {
  const sinks: readonly (readonly [string, Node])[] = Object.entries(pipeline.sinks);
  const sources: readonly SourceNode[] = Object.values(pipeline.sources);
  const nodes = ancestryOf(...sources, ...sinks.map(([, node]) => node));
  const cutting = new Cutting();
  for (const node of byId(nodes)) cutting.place(node);
  return cutting.stageIds.map((id) => ({
    id,
    source: sources.find(({ name }) => name === id),
    receives: cutting.edges.filter(({ to }) => to === id),
    sends: cutting.edges
      .filter(({ from }) => cutting.homesOf(from).has(id))
      .map((edge) => ({ ...edge, ...combining(edge, id, nodes, pipeline) })),
    nodes: nodes.filter((node) => cutting.homesOf(node).has(id)),
    sinks: sinks.filter(([, node]) => cutting.homesOf(node).has(id)),
  }));
}

/**
 * Nodes by the ids of the operators they lead to, inputs before what reads them. The first operator behind a shuffle names
 * it, and it must not be another because outputs are listed in another order.
 */
function byId(nodes: readonly Node[]): readonly Node[] {
  const operators = nodes.filter(isOperator).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return ancestryOf(...nodes.filter(({ kind }) => kind === 'source'), ...operators, ...nodes);
}

/**
 * Events can be combined before they are sent if nobody but one aggregate gets them, and nobody takes what is late for it,
 * as that would then be many events in one; and if ticks can say that they have waited long enough, as they can't in the
 * stream of a table.
 */
function combining(
  { from, isBroadcast }: Edge,
  stage: string,
  nodes: readonly Node[],
  { combine, sources }: Pipeline,
): Pick<SentEdge, 'combiner'> {
  const origins = Object.values(sources) as readonly SourceNode[];
  const isTable = origins.some(({ name, spec }) => name === stage && spec.of === 'table');
  if (combine === 'off' || isBroadcast || isTable) return {};
  const readers = nodes
    .filter(isOperator)
    .flatMap((node) => node.inputs.flatMap((input) => (input === from ? [node] : [])));
  const [reader] = readers;
  const isAlone = reader !== undefined && readers.length === 1;
  const isLateTaken = nodes.some(
    (node) => node.kind === 'side' && node.input === reader && node.output === LATE,
  );
  if (!isAlone || isLateTaken) return {};
  const { id, definition } = reader;
  const idleAfter = origins.map(({ spec }) => spec.idleAfterMs);
  const options = { holdMs: Math.min(...idleAfter) / 2, isDraining: combine === 'drain' };
  const combiner = definition.combiner?.(options);
  return combiner === undefined ? {} : { combiner: { id: `${id}~from-${stage}`, definition: combiner } };
}

/** Which node runs where, as far as the walk has come. */
class Cutting {
  readonly stageIds: string[] = [];
  readonly edges: Edge[] = [];
  readonly #homes = new Map<Node, ReadonlySet<string>>();
  /** The shuffle by the key a node gives. */
  readonly #shuffleBy = new Map<Node, string>();

  homesOf(node: Node): ReadonlySet<string> {
    return this.#homes.get(node) ?? new Set();
  }

  place(node: Node): void {
    if (node.kind === 'source') this.#addStage(node.name);
    if (node.kind === 'by-partition-key') this.#requireSourceHome(node);
    this.#homes.set(node, this.#homesFor(node));
  }

  #homesFor(node: Node): ReadonlySet<string> {
    if (node.kind === 'source') return new Set([node.name]);
    if (isOperator(node)) return new Set([this.#stageFor(node)]);
    return new Set(inputsOf(node).flatMap((input) => [...this.homesOf(input)]));
  }

  #stageFor(operator: OperatorNode): string {
    const inputs = inputEdgesOf(operator);
    const [home] = this.homesOf(operator.inputs[0] ?? operator);
    if (home !== undefined && inputs.every((input) => this.#isThere(input, home))) return home;
    const keys = inputs.flatMap(({ from, isBroadcast }) => (isBroadcast ? [] : keysOf(from)));
    const stage = this.#shuffleFor(operator, keys);
    for (const key of keys) if (!this.#shuffleBy.has(key)) this.#shuffleBy.set(key, stage);
    for (const input of inputs) {
      if (!this.#isThere(input, stage) && !this.#isSent(input, stage))
        this.edges.push({ ...input, to: stage });
    }
    return stage;
  }

  /** A shuffle that brings one of the keys together already, unless an input comes out of it and would go back in. */
  #shuffleFor(operator: OperatorNode, keys: readonly Node[]): string {
    const known = keys.map((key) => this.#shuffleBy.get(key)).filter((stage) => stage !== undefined);
    const usable = known.find((stage) =>
      inputEdgesOf(operator).every(
        (input) => this.#isThere(input, stage) || !this.#isBehind(input.from, stage),
      ),
    );
    return usable ?? this.#addStage(operator.id + SHUFFLE);
  }

  /** Whether all events of a key are in one shard of that stage when they come to this node there. */
  #isAligned(node: Node, stage: string): boolean {
    const homes = this.homesOf(node);
    if (homes.size !== 1 || !homes.has(stage)) return false;
    switch (node.kind) {
      case 'operator':
      case 'side':
        return true;
      case 'by-partition-key':
        return true;
      case 'source':
      case 'key-by':
        return false;
      default:
        return inputsOf(node).every((input) => this.#isAligned(input, stage));
    }
  }

  /** Whether an input needs no shuffle in that stage. */
  #isThere({ from, isBroadcast }: InputEdge, stage: string): boolean {
    return !isBroadcast && this.#isAligned(from, stage);
  }

  #isSent({ from, isBroadcast }: InputEdge, stage: string): boolean {
    return this.edges.some(
      (edge) => edge.from === from && edge.to === stage && edge.isBroadcast === isBroadcast,
    );
  }

  /** Whether anything of the stage is before this node, other stages in between or not. */
  #isBehind(node: Node, stage: string): boolean {
    return ancestryOf(node).some((each) => this.homesOf(each).has(stage));
  }

  #addStage(id: string): string {
    this.stageIds.push(id);
    return id;
  }

  #requireSourceHome(node: Node): void {
    const label = inputsOf(node).map(labelOf).join('+');
    const before = ancestryOf(node);
    const table = before.find((each) => each.kind === 'source' && each.spec.of === 'table');
    if (table !== undefined) {
      throw new DefinitionError(
        `byPartitionKey() follows "${labelOf(table)}", whose changes come from a table and have no partition key of a ` +
          'producer; use keyBy(…)',
      );
    }
    if (before.every((each) => !isOperator(each))) return;
    throw new DefinitionError(
      `byPartitionKey() follows "${label}", whose values were made by an operator and have no partition key of a ` +
        'producer; use keyBy(…)',
    );
  }
}

type InputEdge = Omit<Edge, 'to'>;

function inputEdgesOf({ id, inputs, definition }: OperatorNode): readonly InputEdge[] {
  const { broadcastInputs = [] } = definition;
  return inputs.map((from, index) => ({
    id: `${id}.${index}`,
    from,
    isBroadcast: broadcastInputs.includes(index),
  }));
}

/** The nodes that gave a stream its key: the nearest before it. */
function keysOf(node: Node): readonly Node[] {
  if (node.kind === 'key-by' || node.kind === 'by-partition-key') return [node];
  return inputsOf(node).flatMap(keysOf);
}
