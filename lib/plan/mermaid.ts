import { formatDuration } from '../time/index.ts';
import type { OperatorPlan, Plan, SinkPlan, StagePlan } from './plan.ts';

/**
 * The plan as a Mermaid flowchart: sources and shuffles are streams, each stage is a box with its operators and how long
 * they keep state, outputs are tables. Edges into a stage say where its watermark comes from.
 * @see https://mermaid.js.org/syntax/flowchart.html
 */
export function mermaidOf(plan: Plan): string {
  const operators = plan.stages.flatMap((stage) => stage.operators);
  const hasLateLetters = operators.some(({ late }) => late === 'dead-letters');
  return [
    'flowchart LR',
    ...plan.stages.flatMap(streamOf),
    ...new Set(plan.stages.flatMap(tablesOf)),
    ...plan.stages.flatMap(stageOf),
    ...(hasLateLetters ? ['  deadLetters[["dead letters"]]'] : []),
    ...plan.stages.flatMap(edgesOf),
    '',
  ].join('\n');
}

function streamOf({ id, input }: StagePlan): readonly string[] {
  const label =
    input.kind === 'source'
      ? `${input.of === 'table' ? 'changes of table' : 'source'} ${input.source}`
      : `shuffle of ${input.partitions} parts, by key`;
  return [`  ${streamId(id)}[(${text(label)})]`];
}

function tablesOf({ lookups = [] }: StagePlan): readonly string[] {
  return lookups.map(({ table }) => `  ${tableId(table)}[(${text(`table ${table}`)})]`);
}

function stageOf({ id, operators, sinks }: StagePlan): readonly string[] {
  return [
    `  subgraph ${stageId(id)} [${text(`stage ${id}`)}]`,
    `    ${inputId(id)}([${text('records in order of their shard')}])`,
    ...operators.map((operator) => `    ${operatorId(operator.id)}[${text(...describe(operator))}]`),
    '  end',
    ...sinks.map(({ name, kind }) => `  ${sinkId(name)}[[${text(`${name} (${kind})`)}]]`),
  ];
}

function describe({ id, does, keeps, horizonMs }: OperatorPlan): readonly string[] {
  const horizon =
    horizonMs === undefined ? 'without end' : `up to ${formatDuration(horizonMs)} behind the newest event`;
  return [id, does, `keeps ${keeps}, ${horizon}`];
}

function edgesOf(stage: StagePlan): readonly string[] {
  const from = (origin: string): string => originId(stage, origin);
  return [
    `  ${streamId(stage.id)} -->|${text(watermark(stage))}| ${inputId(stage.id)}`,
    ...(stage.lookups ?? []).map(
      ({ id, table, ttlMs }) =>
        `  ${tableId(table)} -.->|${text(`${id}: cached for ${formatDuration(ttlMs)}`)}| ${inputId(stage.id)}`,
    ),
    ...stage.operators.flatMap(({ id, reads, late }) => [
      ...reads.map((origin) => edge(from(origin), operatorId(id), sideOf(stage, origin))),
      ...(late === 'dead-letters' ? [edge(operatorId(id), 'deadLetters', 'late')] : []),
    ]),
    ...stage.sends.flatMap(({ reads, to }) =>
      reads.map((origin) => edge(from(origin), streamId(to), sideOf(stage, origin))),
    ),
    ...stage.sinks.flatMap((sink) => sinkEdges(stage, sink)),
  ];
}

function sinkEdges(stage: StagePlan, { name, reads }: SinkPlan): readonly string[] {
  return reads.map((origin) => edge(originId(stage, origin), sinkId(name), sideOf(stage, origin)));
}

function edge(from: string, to: string, label: string | undefined): string {
  return label === undefined ? `  ${from} --> ${to}` : `  ${from} -.->|${text(label)}| ${to}`;
}

function watermark({ time, input }: StagePlan): string {
  const idle = `idle after ${formatDuration(time.idleAfterMs)}`;
  switch (time.timestamp) {
    case 'producers':
      return `watermark: the earliest of ${input.kind === 'shuffle' ? input.from.join(', ') : 'its producers'}; ${idle}`;
    case 'arrival':
      return `watermark: newest arrival - ${formatDuration(time.outOfOrderMs)}; ${idle}`;
    case 'extracted':
      return `watermark: newest event - ${formatDuration(time.outOfOrderMs)}; ${idle}`;
  }
}

function originId(stage: StagePlan, origin: string): string {
  const operator = operatorAt(stage, origin);
  return operator === undefined ? inputId(stage.id) : operatorId(operator.id);
}

/** `late` for `per-minute.late`. */
function sideOf(stage: StagePlan, origin: string): string | undefined {
  const operator = operatorAt(stage, origin);
  return operator === undefined || operator.id === origin ? undefined : origin.slice(operator.id.length + 1);
}

function operatorAt({ operators }: StagePlan, origin: string): OperatorPlan | undefined {
  return operators.find(({ id }) => origin === id || origin.startsWith(`${id}.`));
}

const streamId = (stage: string): string => `stream_${word(stage)}`;
const tableId = (table: string): string => `table_${word(table)}`;
const stageId = (stage: string): string => `stage_${word(stage)}`;
const inputId = (stage: string): string => `input_${word(stage)}`;
const operatorId = (operator: string): string => `operator_${word(operator)}`;
const sinkId = (name: string): string => `sink_${word(name)}`;

function word(name: string): string {
  return name.replaceAll(/\W/g, '_');
}

/** Lines of a label, in quotes. Mermaid reads entities, so nothing in them can end the quotes or become markup. */
function text(...lines: readonly string[]): string {
  const escaped = lines.map((line) =>
    line.replaceAll(/[^\w .,:;+()/-]/g, (char) => `#${char.codePointAt(0)};`),
  );
  return `"${escaped.join('<br/>')}"`;
}
