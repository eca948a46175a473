import { MillraceError } from '../../model/index.ts';

/** An answer of the service that isn't success: `type` is the wire's `__type`, the message is worded as AWS words it. */
export class KinesisError extends MillraceError {
  override readonly name = 'KinesisError';
  readonly type: KinesisErrorType;

  constructor(type: KinesisErrorType, message: string) {
    super(message);
    this.type = type;
  }
}

export type KinesisErrorType =
  | 'ExpiredIteratorException'
  | 'ExpiredNextTokenException'
  | 'InvalidArgumentException'
  | 'LimitExceededException'
  | 'ProvisionedThroughputExceededException'
  | 'ResourceInUseException'
  | 'ResourceNotFoundException'
  | 'SerializationException'
  | 'UnknownOperationException'
  | 'ValidationException';

export function invalidArgument(message: string): KinesisError {
  return new KinesisError('InvalidArgumentException', message);
}

/** A member of the request breaks the service's model; `member` is named as in the request. */
export function violates(member: string, value: unknown, constraint: string): KinesisError {
  const isShort = typeof value === 'string' || typeof value === 'number';
  const shown = value === undefined ? 'Value null' : isShort ? `Value '${value}'` : 'Value';
  const path = member.charAt(0).toLowerCase() + member.slice(1);
  return new KinesisError(
    'ValidationException',
    `1 validation error detected: ${shown} at '${path}' failed to satisfy constraint: ${constraint}`,
  );
}

export function rateExceeded(subject: string): KinesisError {
  return new KinesisError('ProvisionedThroughputExceededException', `Rate exceeded for ${subject}.`);
}
