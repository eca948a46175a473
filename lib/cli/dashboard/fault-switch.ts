import type { LocalPlatformOptions } from '../../local/index.ts';

type Fault = NonNullable<LocalPlatformOptions['dynamodbFault']>;

export type FaultKind = 'none' | 'throttle' | 'error' | 'lost-response';
export const FAULT_KINDS: readonly FaultKind[] = ['none', 'throttle', 'error', 'lost-response'];

/** What functions do with tables. What the dashboard does is left alone. */
const OPERATIONS = [
  'GetItem',
  'PutItem',
  'Query',
  'BatchWriteItem',
  'TransactWriteItems',
  'UpdateItem',
  'DeleteItem',
];
/** Enough that the client's own retries don't hide all of it. */
const SHARE = 0.5;

/** A fault that can be switched while requests come in. */
export interface FaultSwitch {
  kind: FaultKind;
  readonly fault: Fault;
}

export function faultSwitch(): FaultSwitch {
  const state: FaultSwitch = {
    kind: 'none',
    fault: (operation) => {
      if (state.kind === 'none' || !OPERATIONS.includes(operation)) return undefined;
      return Math.random() < SHARE ? state.kind : undefined;
    },
  };
  return state;
}
