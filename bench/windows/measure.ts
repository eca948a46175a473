import { isOperator } from '../../lib/dsl/index.ts';
import { RunningOperator, StageTask, TaskState } from '../../lib/engine/index.ts';
import type { OperatorDefinition } from '../../lib/model/index.ts';
import { stageGraphOf } from '../../lib/plan/index.ts';
import type { Case } from './cases.ts';
import { OUT_OF_ORDER_MS, RECORDS } from './traffic.ts';

export interface Measured {
  /** CPU time of a record in a task: decoded, checked, windowed, its results collected. Nothing is stored or sent. */
  readonly taskNs: number;
  /** Of this, what the operator, its state and the due index take. */
  readonly operatorNs: number;
  readonly resultsPerRecord: number;
  readonly entries: number;
  /** The state when the last record was applied, as it would be stored. */
  readonly stateBytes: number;
}

/** Records come in batches; after each, changes are taken as a checkpoint would, but not encoded. */
const RECORDS_A_BATCH = 10_000;
const ENTRIES_A_PIECE = 4_096;

export function measure(each: Case): Measured {
  const { recordAt, eventAt } = each.traffic;
  const definition = definitionOf(each);
  const state = new TaskState(['rows']);
  const table = state.tables.get('rows');
  if (table === undefined) throw new RangeError('state has no table "rows"');
  let results = 0;
  const operator = new RunningOperator({
    create: () => definition.create(),
    table,
    delayMs: 0,
    floorFor: () => Number.NEGATIVE_INFINITY,
    emit: () => (results += 1),
    emitLate: refuse,
    failed: (_event, error) => refuse(error),
  });
  let newest = Number.NEGATIVE_INFINITY;

  const operatorNs = perItem(eventAt, state, (event) => {
    operator.accept(event, 0);
    newest = Math.max(newest, event.timestamp);
    operator.advanceTo(newest - OUT_OF_ORDER_MS);
  });
  const task = new StageTask(each.pipeline, 'orders', 'shard');
  const taskNs = perItem(recordAt, task.state, (record, isLast) => {
    task.process(record);
    if (isLast) task.takeOutputs();
  });
  return {
    taskNs,
    operatorNs,
    resultsPerRecord: results / RECORDS,
    entries: table.size,
    stateBytes: [...state.encodeAll(ENTRIES_A_PIECE)].reduce((total, piece) => total + piece.length, 0),
  };
}

/** CPU time for each, in ns. Making them isn't counted. */
function perItem<T>(
  itemAt: (index: number) => T,
  state: TaskState,
  apply: (item: T, isLastOfBatch: boolean) => void,
): number {
  let microseconds = 0;
  for (let first = 0; first < RECORDS; first += RECORDS_A_BATCH) {
    const batch = Array.from({ length: RECORDS_A_BATCH }, (_, index) => itemAt(first + index));
    const last = batch.at(-1);
    const before = process.cpuUsage();
    for (const item of batch) apply(item, item === last);
    state.takeChanges();
    const { user, system } = process.cpuUsage(before);
    microseconds += user + system;
  }
  return (microseconds * 1_000) / RECORDS;
}

function definitionOf({ pipeline }: Case): OperatorDefinition {
  const [sink] = stageGraphOf(pipeline, 'orders').sinks;
  if (sink === undefined || !isOperator(sink[1])) throw new RangeError('output is no operator');
  return sink[1].definition;
}

function refuse(problem: unknown): never {
  throw new Error('no record of this traffic is late or fails', { cause: problem });
}
