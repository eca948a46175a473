import { inputsOf, labelOf, LATE, type Node, type OperatorNode, type Pipeline } from '../dsl/index.ts';
import { encodeKey, type Event, type LateEvent } from '../model/index.ts';
import { delayBefore, nodesOf, sinksOf, sourceNodeOf } from '../plan/index.ts';
import { RunningOperator } from './running-operator.ts';
import type { TaskState } from './state.ts';

/** What the compiled steps need from the task that runs them. */
export interface StepHost {
  readonly state: TaskState;
  /** The partition key of the record at hand. */
  partitionKey(): string;
  /** A value has reached an output. */
  reached(sink: string, event: Event): void;
  /** A late value that no output takes. */
  late(operator: string, event: LateEvent): void;
  /** User code threw. */
  failed(operator: string, event: Event, error: unknown): void;
}

/** A stage as functions: events go in at the source, and what they set off happens before `accept` returns. */
export interface CompiledStage {
  readonly accept: (event: Event) => void;
  /** Each before those that read its results. */
  readonly operators: readonly RunningOperator[];
}

type Step = (event: Event) => void;

const FAILED = Symbol('failed');

/** Turns the nodes of one stage into functions that push events through, depth first, in the order of definition. */
export function compileStage(pipeline: Pipeline, sourceName: string, host: StepHost): CompiledStage {
  const nodes = nodesOf(pipeline, sourceName);
  const sinks = sinksOf(pipeline, sourceName);
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
  const stepsAfter = (node: Node): Step =>
    fanOut([
      ...readersOf(node),
      ...sinks
        .filter(([, end]) => end === node)
        .map(
          ([name]) =>
            (event: Event) =>
              host.reached(name, event),
        ),
    ]);
  const stepsBeside = (node: OperatorNode): ReadonlyMap<string, Step> =>
    new Map(
      nodes.flatMap((side) =>
        side.kind === 'side' && side.input === node ? [[side.output, stepsAfter(side)]] : [],
      ),
    );

  for (const node of nodes.toReversed()) {
    if (node.kind === 'operator') {
      const operator = runningOperator(node, stepsAfter(node), stepsBeside(node), host);
      operators.unshift(operator);
      steps.set(node, (input) => (event) => operator.accept(event, input));
    } else if (node.kind !== 'side') {
      const step = statelessStep(node, stepsAfter(node), host);
      steps.set(node, () => step);
    }
  }
  const accept = steps.get(sourceNodeOf(pipeline, sourceName))?.(0);
  if (accept === undefined) throw new RangeError(`source "${sourceName}" leads to no output`);
  return { accept, operators };
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
        const { window: _, ...rest } = event;
        for (const value of values) next({ ...rest, value });
      };
    case 'by-partition-key':
      return (event) => next({ ...event, key: encodeKey(host.partitionKey()) });
  }
}

function runningOperator(
  node: OperatorNode,
  next: Step,
  beside: ReadonlyMap<string, Step>,
  host: StepHost,
): RunningOperator {
  const { id, definition } = node;
  const table = host.state.tables.get(id);
  if (table === undefined) throw new RangeError(`state has no table for operator "${id}"`);
  return new RunningOperator({
    create: () => definition.create(),
    table,
    delayMs: delayBefore(node),
    emit: (event, output) => (output === undefined ? next(event) : beside.get(output)?.(event)),
    emitLate: beside.get(LATE) ?? ((event) => host.late(id, event)),
    failed: (event, error) => host.failed(id, event, error),
  });
}
