import { inputsOf, isOperator, labelOf, LATE, type Node, type OperatorNode } from '../dsl/index.ts';
import { encodeKey, type Event, type LateEvent } from '../model/index.ts';
import { delayBefore, delayBehind, type Edge, type StageGraph } from '../plan/index.ts';
import { RunningOperator } from './running-operator.ts';
import type { TaskState } from './state.ts';

/** What the compiled steps need from the task that runs them. */
export interface StepHost {
  readonly state: TaskState;
  /** The partition key of the record at hand. */
  partitionKey(): string;
  /** Takes what reaches an output. */
  reaching(sink: string): Step;
  /** Takes what is needed in another stage. */
  sending(edge: Edge): Step;
  /** A late value that no output takes. */
  late(operator: string, event: LateEvent): void;
  /** User code threw. */
  failed(operator: string, event: Event, error: unknown): void;
}

/** A stage as functions: events go in, and what they set off happens before the call returns. */
export interface CompiledStage {
  /** Takes an event of the source. */
  readonly accept: Step;
  /** Takes an event that has come through the shuffle, by its edge. */
  readonly receive: ReadonlyMap<string, Step>;
  /** Each before those that read its results. */
  readonly operators: readonly RunningOperator[];
  /** For each stage it sends to, by how much what it sends can lie behind its own event time, in ms. */
  readonly delayTo: ReadonlyMap<string, number>;
}

/** Takes an event as far as it goes. */
export type Step = (event: Event) => void;

const FAILED = Symbol('failed');

/** Turns the nodes of one stage into functions that push events through, depth first, in the order of definition. */
export function compileStage(graph: StageGraph, host: StepHost): CompiledStage {
  const { nodes, sinks, source } = graph;
  /** For each node, what takes an event that comes by one of its inputs. */
  const steps = new Map<Node, (input: number) => Step>();
  const operators: RunningOperator[] = [];

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
  const stepsAfter = (node: Node): Step =>
    fanOut([
      ...readersOf(node),
      ...sinks.filter(([, end]) => end === node).map(([name]) => host.reaching(name)),
      ...graph.sends.filter(({ from }) => from === node).map((edge) => host.sending(edge)),
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
    receive: new Map(graph.receives.map((edge) => [edge.id, fanOut(receiversOf(edge))])),
    operators,
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

function statelessStep(node: Exclude<Node, { kind: 'operator' | 'side' }>, next: Step, host: StepHost): Step {
  const label = labelOf(node);
  const attempt = <T>(event: Event, run: (value: unknown) => T): T | typeof FAILED => {
    try {
      return run(event.value);
    } catch (error) {
      host.failed(label, event, error);
      return FAILED;
    }
  };
  switch (node.kind) {
    case 'source':
    case 'merge':
      return next;
    case 'map':
      return (event) => {
        const value = attempt(event, node.apply);
        if (value !== FAILED) next({ ...event, value });
      };
    case 'filter':
      return (event) => {
        const isKept = attempt(event, node.keep);
        if (isKept === true) next(event);
        // An earlier version of the row may have passed.
        else if (isKept === false && event.change !== undefined) next({ ...event, change: 'retract' });
      };
    case 'flat-map':
      return (event) => {
        const values = attempt(event, (value) => [...node.expand(value)]);
        if (values === FAILED) return;
        const rest = withoutWindow(event);
        for (const value of values) next({ ...rest, value });
      };
    case 'by-partition-key':
      return (event) => next({ ...event, key: encodeKey(host.partitionKey()) });
    case 'key-by':
      return (event) => {
        const key = attempt(event, (value) => encodeKey(node.keyOf(value)));
        if (key === FAILED) return;
        next({ ...withoutRow(event), key });
      };
  }
}

// Most events have neither: to leave out what isn't there costs more than all else a step does.

function withoutWindow(event: Event): Event {
  if (event.window === undefined) return event;
  const { window: _, ...rest } = event;
  return rest;
}

function withoutRow(event: Event): Event {
  if (event.row === undefined) return withoutWindow(event);
  const { window: _, row: __, ...rest } = event;
  return rest;
}

function runningOperator(
  node: OperatorNode,
  delayMs: number,
  { next, beside }: { readonly next: Step; readonly beside: ReadonlyMap<string, Step> },
  host: StepHost,
): RunningOperator {
  const { id, definition } = node;
  const table = host.state.tables.get(id);
  if (table === undefined) throw new RangeError(`state has no table for operator "${id}"`);
  return new RunningOperator({
    create: () => definition.create(),
    table,
    delayMs,
    emit: (event, output) => (output === undefined ? next(event) : beside.get(output)?.(event)),
    emitLate: beside.get(LATE) ?? ((event) => host.late(id, event)),
    failed: (event, error) => host.failed(id, event, error),
  });
}
