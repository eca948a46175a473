import { describe, expect, test } from '@jest/globals';
import { resume } from '../../../lib/local/event-source-mapping/checkpoint.ts';

const window = { startMs: 0, endMs: 60_000, state: { count: 7 }, openedAfter: '10' };

describe('a mapping that starts again', () => {
  test('C54: goes on after the last record it had done', () => {
    expect(resume({ position: '42', window: undefined }, 'position-with-state')).toEqual({
      position: '42',
      window: undefined,
    });
  });

  test('C69: in the middle of a window has lost the state but not the position, by default', () => {
    expect(resume({ position: '42', window }, 'position-without-state')).toEqual({
      position: '42',
      window: undefined,
    });
  });

  test('in the middle of a window keeps position and state, in another mode', () => {
    expect(resume({ position: '42', window }, 'position-with-state')).toEqual({ position: '42', window });
  });

  test('in the middle of a window reads the window again, in another mode', () => {
    expect(resume({ position: '42', window }, 'replay-window')).toEqual({
      position: '10',
      window: undefined,
    });
  });
});
