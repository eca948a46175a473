import { inputsOf, isOperator, LATE, type Node, type OperatorNode } from '../dsl/index.ts';
import { delayBefore, delayBehind, type Edge, type SentEdge, type StageGraph } from '../plan/index.ts';
import { receivingCombined, sendingCombined } from './combined-edges.ts';
import { RunningOperator } from './running-operator.ts';
import { requireSettled } from './settled.ts';
import { statelessStep, type Step } from './stateless-step.ts';
import type { StepHost } from './step-host.ts';

/** A stage as functions: events go in, and what they set off happens before the call returns. */
export interface CompiledStage {
  /** Takes an event of the source. */
  readonly accept: Step;
  /** Takes an event that has come through the shuffle, by its edge. */
  readonly receive: ReadonlyMap<string, Step>;
  /** Each before those that read its results. */
  readonly operators: readonly RunningOperator[];
  /** Those of them that hold events back to send them together. */
  readonly combiners: readonly RunningOperator[];
  /** For each stage it sends to, by how much what it sends can lie behind its own event time, in ms. */
  readonly delayTo: ReadonlyMap<string, number>;
}

/** Turns the nodes of one stage into functions that push events through, depth first, in the order of definition. */
export function compileStage(graph: StageGraph, host: StepHost): CompiledStage {
  const { nodes, sinks, source } = graph;
  /** For each node, what takes an event that comes by one of its inputs. */
  const steps = new Map<Node, (input: number) => Step>();
  const operators: RunningOperator[] = [];
  const combiners: RunningOperator[] = [];

  const readersOf = (node: Node): readonly Step[] =>
    nodes.flatMap((reader) =>
      reader.kind === 'side'
        ? []
        : inputsOf(reader).flatMap((input, index) =>
            input === node ? (steps.get(reader)?.(index) ?? []) : [],
          ),
    );
  const receiversOf = ({ from, isBroadcast }: Edge): readonly Step[] =>
    nodes.filter(isOperator).flatMap((reader) =>
      reader.inputs.flatMap((input, index) => {
        const isOne = (reader.definition.broadcastInputs?.includes(index) ?? false) === isBroadcast;
        return input === from && isOne ? (steps.get(reader)?.(index) ?? []) : [];
      }),
    );
  const leaving = (edge: SentEdge): Step => {
    if (edge.combiner === undefined) return host.sending(edge);
    const delayMs = delayBehind(edge.from, graph);
    const after = { next: sendingCombined(edge, host) };
    // Its keys are those of the stage behind.
    const combiner = runningOperator(edge.combiner, delayMs, after, {
      ...host,
      floorFor: () => Number.NEGATIVE_INFINITY,
    });
    combiners.push(combiner);
    return (event) => combiner.accept(event, 0);
  };
  const stepsAfter = (node: Node): Step =>
    fanOut([
      ...readersOf(node),
      ...sinks.filter(([, end]) => end === node).map(([name]) => host.reaching(name)),
      ...graph.sends.filter(({ from }) => from === node).map((edge) => leaving(edge)),
    ]);
  const stepsBeside = (node: OperatorNode): ReadonlyMap<string, Step> =>
    new Map(
      nodes.flatMap((side) =>
        side.kind === 'side' && side.input === node ? [[side.output, stepsAfter(side)]] : [],
      ),
    );

  for (const node of nodes.toReversed()) {
    if (node.kind === 'operator') {
      const after = { next: stepsAfter(node), beside: stepsBeside(node) };
      const operator = runningOperator(node, delayBefore(node, graph), after, host);
      operators.unshift(operator);
      steps.set(node, (input) => (event) => operator.accept(event, input));
    } else if (node.kind !== 'side') {
      const step = statelessStep(node, stepsAfter(node), host);
      steps.set(node, () => step);
    }
  }
  return {
    accept: (source && steps.get(source)?.(0)) ?? (() => {}),
    receive: new Map(
      graph.receives.flatMap((edge): [string, Step][] => {
        const receive = fanOut(receiversOf(edge));
        return [[edge.id, receive], ...receivingCombined(edge, graph, receive)];
      }),
    ),
    operators: [...operators, ...combiners],
    combiners,
    delayTo: delaysTo(graph),
  };
}

function delaysTo(graph: StageGraph): ReadonlyMap<string, number> {
  const delays = new Map<string, number>();
  for (const { from, to } of graph.sends) {
    delays.set(to, Math.max(delays.get(to) ?? 0, delayBehind(from, graph)));
  }
  return delays;
}

function fanOut(targets: readonly Step[]): Step {
  const [only] = targets;
  if (only !== undefined && targets.length === 1) return only;
  return (event) => {
    for (const target of targets) target(event);
  };
}

function runningOperator(
  { id, definition }: Pick<OperatorNode, 'id' | 'definition'>,
  delayMs: number,
  { next, beside = new Map() }: { readonly next: Step; readonly beside?: ReadonlyMap<string, Step> },
  host: StepHost,
): RunningOperator {
  const table = host.state.tables.get(id);
  if (table === undefined) throw new RangeError(`state has no table for operator "${id}"`);
  return new RunningOperator({
    create: () => definition.create(),
    table,
    delayMs,
    floorFor: host.floorFor,
    emit: (event, output) => {
      try {
        requireSettled(event.value);
      } catch (error) {
        return host.failed(id, { ...event, value: undefined }, error);
      }
      return output === undefined ? next(event) : beside.get(output)?.(event);
    },
    emitLate: beside.get(LATE) ?? ((event) => host.late(id, event)),
    failed: (event, error) => host.failed(id, event, error),
  });
}
