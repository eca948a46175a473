import { DefinitionError, type StreamTypeError } from '../model/index.ts';
import { positiveDurationMs, type DurationInput } from '../time/index.ts';
import type { Condition, PatternStep } from './pattern-step.ts';

/** What a match has taken, by the names of the steps. */
export type Captured<Caps> = { readonly [Name in keyof Caps]: Caps[Name] };

type NewName<Name extends string, Caps> = Name extends keyof Caps
  ? StreamTypeError<`a step is already called "${Name}"; choose another name`>
  : Name;

type One<Name extends string, T> = { readonly [Each in Name]: T };
type Many<Name extends string, T> = { readonly [Each in Name]: readonly T[] };

/** How many events a step takes. */
export interface Times {
  /** At least 1. */
  readonly atLeast: number;
  /** @default without a bound */
  readonly atMost?: number;
}

/** Where a pattern begins: what `match` hands to the function that builds it. */
export class PatternStart<T> {
  /** Each event that fits may begin a match. */
  begin<Name extends string, U extends T>(
    name: Name,
    where: (value: T) => value is U,
  ): Pattern<T, One<Name, U>>;
  /** Each event that fits may begin a match. */
  begin<Name extends string>(name: Name, where: (value: T) => boolean): Pattern<T, One<Name, T>>;
  begin<Name extends string>(name: Name, where: (value: T) => boolean): Pattern<T, One<Name, T>> {
    return new Pattern<T, One<Name, T>>([]).followedBy(name as never, where);
  }
}

/**
 * A pattern of events of one key, in the order of event time. It becomes usable by `within`. `Caps` is what its steps take, by name.
 * Each method answers with a new pattern.
 */
export class Pattern<T, Caps> {
  declare readonly '~types': { readonly value: T; readonly captures: Caps };
  declare readonly withinMs: StreamTypeError<'a pattern needs an end in time; close it with .within(…)'>;
  readonly steps: readonly PatternStep[];

  constructor(steps: readonly PatternStep[]) {
    this.steps = Object.freeze([...steps]);
    Object.freeze(this);
  }

  /** The very next event of the key must fit. */
  next<Name extends string, U extends T>(
    name: NewName<Name, Caps>,
    where: (value: T, soFar: Captured<Caps>) => value is U,
  ): Pattern<T, Caps & One<Name, U>>;
  /** The very next event of the key must fit. */
  next<Name extends string>(
    name: NewName<Name, Caps>,
    where: (value: T, soFar: Captured<Caps>) => boolean,
  ): Pattern<T, Caps & One<Name, T>>;
  next(name: unknown, where: (value: T, soFar: never) => boolean): Pattern<T, Caps & One<string, T>> {
    if (this.steps.at(-1)?.forbidden.length) {
      throw new DefinitionError(
        `step "${String(name)}" comes next after notFollowedBy, but between events next to each other nothing can be; ` +
          'use followedBy, or leave out notFollowedBy',
      );
    }
    return this.#with({ ...ONE, name: String(name), where: untyped(where), contiguity: 'strict' });
  }

  /** The first event that fits; others before it are skipped. */
  followedBy<Name extends string, U extends T>(
    name: NewName<Name, Caps>,
    where: (value: T, soFar: Captured<Caps>) => value is U,
  ): Pattern<T, Caps & One<Name, U>>;
  /** The first event that fits; others before it are skipped. */
  followedBy<Name extends string>(
    name: NewName<Name, Caps>,
    where: (value: T, soFar: Captured<Caps>) => boolean,
  ): Pattern<T, Caps & One<Name, T>>;
  followedBy(name: unknown, where: (value: T, soFar: never) => boolean): Pattern<T, Caps & One<string, T>> {
    return this.#with({ ...ONE, name: String(name), where: untyped(where), contiguity: 'relaxed' });
  }

  /**
   * Every event that fits, until the next step's event comes. An event that fits both is read both ways. As the last
   * step it ends with `atMost` events, or with the time. `soFar` has the events it has itself taken.
   * @throws DefinitionError if `times` makes no sense
   */
  followedByMany<Name extends string, U extends T>(
    name: NewName<Name, Caps>,
    where: (value: T, soFar: Captured<Caps & Many<Name, U>>) => value is U,
    times: Times,
  ): Pattern<T, Caps & Many<Name, U>>;
  /**
   * Every event that fits, until the next step's event comes. An event that fits both is read both ways. As the last
   * step it ends with `atMost` events, or with the time. `soFar` has the events it has itself taken.
   * @throws DefinitionError if `times` makes no sense
   */
  followedByMany<Name extends string>(
    name: NewName<Name, Caps>,
    where: (value: T, soFar: Captured<Caps & Many<Name, T>>) => boolean,
    times: Times,
  ): Pattern<T, Caps & Many<Name, T>>;
  followedByMany(
    name: unknown,
    where: (value: T, soFar: never) => boolean,
    { atLeast, atMost = Number.POSITIVE_INFINITY }: Times,
  ): Pattern<T, Caps & Many<string, T>> {
    requireTimes(String(name), atLeast, atMost);
    return this.#with({
      name: String(name),
      isMany: true,
      where: untyped(where),
      atLeast,
      atMost,
      contiguity: 'relaxed',
      forbidden: [],
    });
  }

  /**
   * Nothing that fits may come before the next step's event; as the last step, before the time is over. The match is
   * then emitted when it is.
   */
  notFollowedBy(where: (value: T, soFar: Captured<Caps>) => boolean): Pattern<T, Caps> {
    const last = this.steps.at(-1);
    if (last === undefined)
      throw new DefinitionError('a pattern begins with notFollowedBy; begin it with begin');
    const forbidden = [...last.forbidden, untyped(where)];
    return new Pattern([...this.steps.slice(0, -1), { ...last, forbidden }]);
  }

  /**
   * From the first event to the last at most this much event time may pass, the bound included. Partial matches are
   * kept for no longer.
   * @throws DefinitionError if it is no positive duration
   */
  within(duration: DurationInput): BoundedPattern<T, Caps> {
    return new BoundedPattern(this.steps, positiveDurationMs(duration, 'within of a pattern'));
  }

  #with<Added>(step: PatternStep): Pattern<T, Caps & Added> {
    if (!NAME.test(step.name)) {
      throw new DefinitionError(
        `a step of a pattern is called "${step.name}"; use letters, digits and '_', beginning with a letter`,
      );
    }
    if (this.steps.some(({ name }) => name === step.name)) {
      throw new DefinitionError(`two steps of a pattern are called "${step.name}"; give each its own name`);
    }
    return new Pattern([...this.steps, step]);
  }
}

/** A pattern that can be looked for. */
export class BoundedPattern<T, Caps> {
  declare readonly '~types': { readonly value: T; readonly captures: Caps };
  readonly steps: readonly PatternStep[];
  readonly withinMs: number;

  constructor(steps: readonly PatternStep[], withinMs: number) {
    this.steps = Object.freeze([...steps]);
    this.withinMs = withinMs;
    Object.freeze(this);
  }
}

const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

const ONE = { isMany: false, atLeast: 1, atMost: 1, forbidden: [] } as const;

function requireTimes(name: string, atLeast: number, atMost: number): void {
  if (!Number.isSafeInteger(atLeast) || atLeast < 1) {
    throw new DefinitionError(
      `step "${name}" takes at least "${atLeast}" events; give a whole number of 1 or more`,
    );
  }
  if (atMost !== Number.POSITIVE_INFINITY && !Number.isSafeInteger(atMost)) {
    throw new DefinitionError(
      `step "${name}" takes at most "${atMost}" events; give a whole number, or leave it out`,
    );
  }
  if (atMost < atLeast) {
    throw new DefinitionError(
      `step "${name}" takes at least ${atLeast} events but at most ${atMost}; let atMost be ${atLeast} or more`,
    );
  }
}

/** The types of values end here; the signatures above have checked them. */
function untyped(where: (value: never, soFar: never) => boolean): Condition {
  return where as unknown as Condition;
}
