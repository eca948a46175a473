import { Token, type Duration } from 'aws-cdk-lib';
import { DefinitionError } from '../model/index.ts';

/**
 * A whole number between two limits, or a value that is unknown until deployment.
 * @throws DefinitionError for any other number
 */
export function requireWhole(
  what: string,
  value: number,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  if (Token.isUnresolved(value)) return value;
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new DefinitionError(
    `${what} is "${value}"; it must be a whole number from ${min} to ${max}, for example ${min}`,
  );
}

const LONGEST_SECONDS = 900;

/**
 * How long a tumbling window of an event source mapping can be, and an invocation of a function.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 * @throws DefinitionError if it isn't whole seconds from 1 second to 15 minutes
 */
export function requireSeconds(what: string, value: Duration): Duration {
  if (value.isUnresolved()) return value;
  const seconds = value.toSeconds({ integral: false });
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= LONGEST_SECONDS) return value;
  throw new DefinitionError(
    `${what} is "${seconds} seconds"; it must be whole seconds from 1 second to 15 minutes, ` +
      'for example Duration.seconds(60)',
  );
}

/**
 * How often a schedule can call.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 * @throws DefinitionError if it isn't whole minutes, at least one
 */
export function requireMinutes(what: string, value: Duration): Duration {
  if (value.isUnresolved()) return value;
  const minutes = value.toMinutes({ integral: false });
  if (Number.isInteger(minutes) && minutes >= 1) return value;
  throw new DefinitionError(
    `${what} is "${minutes} minutes"; it must be whole minutes, at least one, for example Duration.minutes(1)`,
  );
}

const LONGEST_BATCHING_SECONDS = 300;

/**
 * How long an event source mapping can gather a batch.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html
 * @throws DefinitionError if it isn't whole seconds up to 5 minutes
 */
export function requireBatching(what: string, value: Duration): Duration {
  if (value.isUnresolved()) return value;
  const seconds = value.toSeconds({ integral: false });
  if (Number.isInteger(seconds) && seconds <= LONGEST_BATCHING_SECONDS) return value;
  throw new DefinitionError(
    `${what} is "${seconds} seconds"; it must be whole seconds up to 5 minutes, for example Duration.seconds(5)`,
  );
}
