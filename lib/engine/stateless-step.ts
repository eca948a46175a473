import { labelOf, type Node } from '../dsl/index.ts';
import { encodeKey, type Event } from '../model/index.ts';
import { lookupStep, type LookupHost } from './lookup-step.ts';
import { requireSettled } from './settled.ts';

/** Takes an event, and everything it sets off happens before it returns. */
export type Step = (event: Event) => void;

/** What steps without state need from whoever runs them. */
export interface StatelessHost extends LookupHost {
  /** The partition key of the record at hand. */
  partitionKey(): string;
}

const FAILED = Symbol('failed');

/** A node without state as a function that hands what comes of an event to the next. */
export function statelessStep(
  node: Exclude<Node, { kind: 'operator' | 'side' }>,
  next: Step,
  host: StatelessHost,
): Step {
  const label = labelOf(node);
  const attempt = <T>(event: Event, run: (value: unknown) => T): T | typeof FAILED => {
    try {
      return requireSettled(run(event.value));
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
        if (isKept === FAILED) return;
        if (isKept) next(event);
        // An earlier version of the row may have passed.
        else if (event.change !== undefined) next({ ...event, change: 'retract' });
      };
    case 'flat-map':
      return (event) => {
        const values = attempt(event, (value) => [...requireSettled(node.expand(value))].map(requireSettled));
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
    case 'lookup':
      return lookupStep(node, next, host);
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
