import { describe, expect, test } from '@jest/globals';
import { describeDiff, diffPlans, isUpgradable } from '../../lib/plan/index.ts';
import { perMinutePlan, shuffledPlan } from './orders-pipelines.ts';

const SHAPE = 'tumbling 1 minute { orders: count }';
const HOURLY = 'tumbling 1 hour { orders: count }';

describe('what an upgrade does with the state of an operator:', () => {
  test('the same shape keeps it', () => {
    const diff = diffPlans(perMinutePlan(), perMinutePlan());

    expect(diff).toEqual({
      pipeline: 'orders',
      changes: [{ stage: 'orders', operator: 'per-minute', kind: 'keeps' }],
    });
  });

  test('a shape that is not known any more is refused, with what to do', () => {
    const diff = diffPlans(perMinutePlan(), perMinutePlan({ size: '1 hour' }));

    expect(isUpgradable(diff)).toBe(false);
    expect(diff.changes).toEqual([
      {
        stage: 'orders',
        operator: 'per-minute',
        kind: 'refuses',
        from: SHAPE,
        to: HOURLY,
        fix: expect.stringContaining('name the old one in "forgets"'),
      },
    ]);
  });

  test('a shape the new definition can read is migrated', () => {
    const next = perMinutePlan({ size: '1 hour' });
    const able = {
      ...next,
      stages: next.stages.map((stage) => ({
        ...stage,
        operators: stage.operators.map((operator) => ({ ...operator, migratesFrom: [SHAPE] })),
      })),
    };

    expect(diffPlans(perMinutePlan(), able).changes).toEqual([
      { stage: 'orders', operator: 'per-minute', kind: 'migrates', from: SHAPE, to: HOURLY },
    ]);
  });

  test('an operator that is gone is refused unless it is forgotten', () => {
    const gone = diffPlans(perMinutePlan(), perMinutePlan({ id: 'other' }));
    const forgotten = diffPlans(perMinutePlan(), perMinutePlan({ id: 'other', forgets: ['per-minute'] }));

    expect(gone.changes.map(({ operator, kind }) => [operator, kind])).toEqual([
      ['other', 'begins'],
      ['per-minute', 'refuses'],
    ]);
    expect(forgotten.changes).toEqual([
      { stage: 'orders', operator: 'other', kind: 'begins' },
      { stage: 'orders', operator: 'per-minute', kind: 'drops' },
    ]);
  });

  test('state does not follow an operator into another stage', () => {
    const { changes } = diffPlans(perMinutePlan(), shuffledPlan());

    expect(changes).toEqual([
      {
        stage: 'orders',
        operator: 'per-minute',
        kind: 'refuses',
        from: SHAPE,
        to: undefined,
        fix: expect.stringContaining('it runs in stage "per-minute-shuffle" now, and state does not move'),
      },
      { stage: 'per-minute-shuffle', operator: 'per-minute', kind: 'begins' },
    ]);
  });

  test('a stage that is gone loses its state unless it is forgotten', () => {
    const gone = diffPlans(shuffledPlan(), perMinutePlan({ id: 'other' }));
    const forgotten = diffPlans(shuffledPlan(), perMinutePlan({ id: 'other', forgets: ['per-minute'] }));

    expect(isUpgradable(gone)).toBe(false);
    expect(
      describeDiff(gone),
    ).toBe(`pipeline orders must not be deployed over what is stored: some of it would be lost
  loses     per-minute-shuffle/per-minute: its state, windows that are open, and records on the way to it
            bring it back, or name it in "forgets" to drop its state
  begins    orders/other: without state`);
    expect(isUpgradable(forgotten)).toBe(true);
    expect(forgotten.changes).toEqual([
      { stage: 'per-minute-shuffle', operator: 'per-minute', kind: 'drops' },
      { stage: 'orders', operator: 'other', kind: 'begins' },
    ]);
  });

  test('an operator whose stage has another name now loses its state', () => {
    const { changes } = diffPlans(shuffledPlan(), perMinutePlan());

    expect(changes).toEqual([
      {
        stage: 'per-minute-shuffle',
        operator: 'per-minute',
        kind: 'loses',
        fix: expect.stringContaining('it runs in stage "orders" now, and state does not move'),
      },
      { stage: 'orders', operator: 'per-minute', kind: 'begins' },
    ]);
  });

  test('a pipeline of another name begins anew', () => {
    const diff = diffPlans(perMinutePlan(), perMinutePlan({ name: 'sales' }));

    expect(diff).toEqual({
      pipeline: 'sales',
      renamedFrom: 'orders',
      changes: [
        { stage: 'orders', operator: 'per-minute', kind: 'leaves' },
        { stage: 'orders', operator: 'per-minute', kind: 'begins' },
      ],
    });
  });
});

test('a diff reads as sentences', () => {
  const diff = diffPlans(perMinutePlan(), perMinutePlan({ id: 'other', forgets: ['per-minute'] }));

  expect(describeDiff(diff)).toBe(`pipeline orders can be deployed over what is stored
  begins    orders/other: without state
  drops     orders/per-minute: its state, as "forgets" says`);
});
