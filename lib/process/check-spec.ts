import { DefinitionError, type KeyValue } from '../model/index.ts';
import type { OutputSpecs, ProcessSpec } from './process-spec.ts';
import type { StateSpecs } from './state-spec.ts';
import type { TimerSpecs } from './timer.ts';

/** A process function whose types have been checked. */
export type UntypedSpec = ProcessSpec<
  KeyValue,
  unknown,
  StateSpecs,
  TimerSpecs,
  OutputSpecs,
  unknown,
  unknown
>;

const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/** @throws DefinitionError if a name, the version or a callback makes no sense */
export function checkSpec(spec: UntypedSpec): void {
  const { state = {}, timers = {}, outputs = {}, late = 'process', version = 1, migrate = {} } = spec;
  requireNames('state', state);
  requireNames('timer', timers);
  requireNames('output', outputs);
  if (Object.hasOwn(outputs, 'late')) {
    throw new DefinitionError(
      'an output of a process function is called "late", as its late stream is; rename it',
    );
  }
  if (typeof spec.onEvent !== 'function') {
    throw new DefinitionError(`onEvent of a process function is "${typeof spec.onEvent}"; give a function`);
  }
  const hasTimers = Object.keys(timers).length > 0;
  if (hasTimers !== (spec.onTimer !== undefined)) {
    throw new DefinitionError(
      hasTimers
        ? `process function has timers but no onTimer; add onTimer, or remove "${Object.keys(timers).join('", "')}"`
        : 'process function has onTimer but no timers; add timers: { name: timer() }, or remove onTimer',
    );
  }
  if (late !== 'process' && late !== 'side') {
    throw new DefinitionError(
      `late of a process function is "${String(late)}"; allowed are 'process' and 'side'`,
    );
  }
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new DefinitionError(`version of a process function is "${version}"; give 1, 2, 3, …`);
  }
  for (const from of Object.keys(migrate)) {
    if (Number.isSafeInteger(Number(from)) && Number(from) >= 1 && Number(from) < version) continue;
    throw new DefinitionError(
      `process function of version ${version} migrates from version "${from}"; migrate from versions before its own`,
    );
  }
}

function requireNames(what: string, record: Readonly<Record<string, unknown>>): void {
  const refused = Object.keys(record).find((name) => !NAME.test(name));
  if (refused === undefined) return;
  throw new DefinitionError(
    `${what} of a process function is called "${refused}"; use letters, digits and '_', beginning with a letter`,
  );
}
