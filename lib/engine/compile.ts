import { foldOf } from '../aggregators/index.ts';
import { labelOf, type LateNode, type Node, type Pipeline, type StatefulNode } from '../dsl/index.ts';
import { encodeKey, type Event, type LateEvent } from '../model/index.ts';
import { delayOf, nodesOf, sinksOf } from '../plan/index.ts';
import { WindowAggregate } from '../windows/index.ts';
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
  const steps = new Map<Node, Step>();
  const operators: RunningOperator[] = [];

  const stepsAfter = (node: Node): Step =>
    fanOut([
      ...nodes.filter((next) => isFedBy(next, node)).map((next) => steps.get(next)),
      ...sinks
        .filter(([, end]) => end === node)
        .map(
          ([name]) =>
            (event: Event) =>
              host.reached(name, event),
        ),
    ]);
  const lateStepOf = (node: StatefulNode): ((event: LateEvent) => void) => {
    const late = nodes.find((other) => other.kind === 'late' && other.input === node);
    return (late && steps.get(late)) ?? ((event) => host.late(node.id, event));
  };

  for (const node of nodes.toReversed()) {
    if (node.kind !== 'window-aggregate') {
      steps.set(node, statelessStep(node, stepsAfter(node), host));
      continue;
    }
    const operator = runningOperator(node, stepsAfter(node), lateStepOf(node), host);
    operators.unshift(operator);
    steps.set(node, (event) => operator.accept(event));
  }
  const [source] = nodes;
  const accept = source && steps.get(source);
  if (accept === undefined) throw new RangeError(`pipeline "${pipeline.name}" has no source "${sourceName}"`);
  return { accept, operators };
}

/** A late stream is fed by the operator itself, not by its results. */
function isFedBy(next: Node, node: Node): boolean {
  return next.kind !== 'source' && next.kind !== 'late' && next.input === node;
}

function fanOut(steps: readonly (Step | undefined)[]): Step {
  const targets = steps.filter((step) => step !== undefined);
  const [only] = targets;
  if (only !== undefined && targets.length === 1) return only;
  return (event) => {
    for (const target of targets) target(event);
  };
}

function statelessStep(node: Exclude<Node, StatefulNode> | LateNode, next: Step, host: StepHost): Step {
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
    case 'late':
      return next;
    case 'map':
      return (event) => {
        const value = attempt(event, node.apply);
        if (value !== FAILED) next({ ...event, value });
      };
    case 'filter':
      return (event) => {
        if (attempt(event, node.keep) === true) next(event);
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
  node: StatefulNode,
  next: Step,
  late: (event: LateEvent) => void,
  host: StepHost,
): RunningOperator {
  const table = host.state.tables.get(node.id);
  if (table === undefined) throw new RangeError(`state has no table for operator "${node.id}"`);
  return new RunningOperator({
    operator: new WindowAggregate(node.window, node.graceMs, foldOf(node.aggregates)),
    table,
    delayMs: delayOf(node.input),
    emit: next,
    emitLate: late,
    failed: (event, error) => host.failed(node.id, event, error),
  });
}
