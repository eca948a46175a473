import type { Fields } from './dynalite.ts';

/** An error as the service answers it. dynalite's errors have the same two fields. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly statusCode: number;
  readonly body: Fields;

  constructor(code: string, message: string, details: Fields = {}, statusCode = 400) {
    super(message);
    this.statusCode = statusCode;
    this.body = { __type: `com.amazonaws.dynamodb.v20120810#${code}`, message, ...details };
  }
}

export function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

export function isServiceError(
  thrown: unknown,
): thrown is { readonly statusCode: number; readonly body: Fields } {
  return thrown instanceof Error && 'statusCode' in thrown && 'body' in thrown;
}

/** The service's name of an error, such as `ConditionalCheckFailedException`; undefined if it isn't the service's. */
export function codeOf(thrown: unknown): string | undefined {
  return isServiceError(thrown) ? String(thrown.body['__type']).split('#').at(-1) : undefined;
}
