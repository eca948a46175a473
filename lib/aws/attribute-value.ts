import type { AttributeValue } from '@aws-sdk/client-dynamodb';

const DYNAMODB_DIGITS = 38;
const LARGEST = 9.9e125;
const SMALLEST = 1e-130;

/**
 * A value as a DynamoDB attribute, or `undefined` for what has none (`undefined`, functions). What DynamoDB's number
 * can't hold (NaN, infinities, more than 38 digits, exponents beyond 125) is kept as text, so no result is refused.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 */
export function toAttributeValue(value: unknown): AttributeValue | undefined {
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'number':
      return isDynamoDbNumber(value) ? { N: String(value) } : { S: String(value) };
    case 'bigint': {
      const text = value.toString();
      return text.replace('-', '').length <= DYNAMODB_DIGITS ? { N: text } : { S: text };
    }
    case 'boolean':
      return { BOOL: value };
    case 'object':
      return value === null ? { NULL: true } : fromObject(value);
    default:
      return undefined;
  }
}

/** The properties of an object as attributes; those without a value are left out. */
export function toAttributes(value: object): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, property]): [string, AttributeValue][] => {
      const attribute = toAttributeValue(property);
      return attribute === undefined ? [] : [[name, attribute]];
    }),
  );
}

function fromObject(value: object): AttributeValue {
  if (value instanceof Date)
    return { S: Number.isNaN(value.getTime()) ? String(value) : value.toISOString() };
  if (value instanceof Uint8Array) return { B: value };
  if (Array.isArray(value) || value instanceof Set) {
    return { L: [...value].map((item) => toAttributeValue(item) ?? { NULL: true }) };
  }
  if (value instanceof Map) {
    return { M: toAttributes(Object.fromEntries([...value].map(([key, item]) => [String(key), item]))) };
  }
  return { M: toAttributes(value) };
}

/**
 * An item as plain data. Whole numbers too large for a JavaScript number are bigints, other numbers are rounded to it;
 * sets are lists.
 */
export function fromAttributes(item: Readonly<Record<string, AttributeValue>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromAttributeValue(value)]));
}

function fromAttributeValue(attribute: AttributeValue): unknown {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return fromNumber(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.NULL !== undefined) return null;
  if (attribute.M !== undefined) return fromAttributes(attribute.M);
  if (attribute.L !== undefined) return attribute.L.map(fromAttributeValue);
  if (attribute.NS !== undefined) return attribute.NS.map(fromNumber);
  return attribute.SS ?? attribute.B ?? attribute.BS;
}

function fromNumber(text: string): number | bigint {
  const value = Number(text);
  return Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(text)
    ? BigInt(text)
    : value;
}

/** Whether DynamoDB can hold it as a number. */
export function isDynamoDbNumber(value: number): boolean {
  const size = Math.abs(value);
  return Number.isFinite(value) && (size === 0 || (size >= SMALLEST && size <= LARGEST));
}
