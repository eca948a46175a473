import { expect, test } from '@jest/globals';
import { mermaidOf, planOf } from '../../lib/plan/index.ts';
import { purchases } from '../support/looked-up-orders.ts';
import { perMinutePlan, shuffledPlan } from './orders-pipelines.ts';

test('a stage without a shuffle is its stream, its operators and its outputs, late orders with the dead letters', () => {
  expect(mermaidOf(perMinutePlan())).toBe(`flowchart LR
  stream_orders[("source orders")]
  subgraph stage_orders ["stage orders"]
    input_orders(["records in order of their shard"])
    operator_per_minute["per-minute<br/>tumbling 1 minute, grace 0 ms #123; orders: count #125;<br/>keeps one entry for each key and open window, up to 70 seconds behind the newest event"]
  end
  sink_rows[["rows (rows)"]]
  deadLetters[["dead letters"]]
  stream_orders -->|"watermark: newest arrival - 10 seconds; idle after 1 minute"| input_orders
  input_orders --> operator_per_minute
  operator_per_minute -.->|"late"| deadLetters
  operator_per_minute --> sink_rows
`);
});

test('a shuffle is a stream between two stages, and says whose watermark counts', () => {
  const lines = mermaidOf(shuffledPlan()).split('\n');

  expect(lines.filter((line) => line.includes('stream_'))).toEqual([
    '  stream_orders[("source orders")]',
    '  stream_per_minute_shuffle[("shuffle of 64 parts, by key")]',
    '  stream_orders -->|"watermark: newest arrival - 10 seconds; idle after 1 minute"| input_orders',
    '  input_orders --> stream_per_minute_shuffle',
    '  stream_per_minute_shuffle -->|"watermark: the earliest of orders; idle after 1 minute"| input_per_minute_shuffle',
  ]);
  expect(lines).toContain('  operator_per_minute -.->|"late"| sink_late');
});

test('a table that is looked up stands before the stage that asks it', () => {
  const lines = mermaidOf(planOf(purchases())).split('\n');

  expect(lines.filter((line) => line.includes('table_'))).toEqual([
    '  table_customers[("table customers")]',
    '  table_customers -.->|"region: cached for 1 minute"| input_purchases',
  ]);
});

test('nothing in a label can end it or become markup', () => {
  const plan = perMinutePlan();
  const [stage] = plan.stages;
  const [operator] = stage?.operators ?? [];
  const hostile = { ...operator, id: 'a', does: '"]<b>', keeps: '', reads: [], shape: '', kind: '' };

  const text = mermaidOf({
    ...plan,
    stages: stage === undefined ? [] : [{ ...stage, operators: [{ ...hostile, late: 'outputs' }] }],
  });

  expect(text).toContain('a<br/>#34;#93;#60;b#62;<br/>');
});
