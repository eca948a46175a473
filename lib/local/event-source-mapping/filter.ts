import { DefinitionError, messageOf } from '../../model/errors.ts';
import type { SourceRecord } from './kinesis-event.ts';
import type { ShardReader } from './shard-reader.ts';

/** Whether a record is delivered. */
export type RecordFilter = (record: SourceRecord) => boolean;

type Fields = Readonly<Record<string, unknown>>;
type Test = (value: unknown) => boolean;

/**
 * The filters of a mapping: a record is delivered if it matches one of them, and matches one if it matches every key of it.
 * Of a Kinesis record a pattern sees its partition key and its data, read as JSON; data that is no JSON matches no pattern
 * for fields of it.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 * @throws DefinitionError for a pattern that is no JSON, or has an operator there isn't
 */
export function recordFilter(criteria: unknown, service: 'kinesis' | 'dynamodb'): RecordFilter {
  const filters: unknown = isFields(criteria) ? (criteria['Filters'] ?? criteria['filters']) : undefined;
  if (!Array.isArray(filters) || filters.length === 0) return () => true;
  const tests = filters.map((filter: unknown) =>
    patternOf(isFields(filter) ? (filter['Pattern'] ?? filter['pattern']) : filter),
  );
  const seen = service === 'dynamodb' ? changeOf : partsOf;
  return (record) => {
    const value = seen(record);
    return tests.some((test) => test(value));
  };
}

/** Leaves out what isn't delivered; the position moves on with what was read. */
export function filtering(reader: ShardReader, isDelivered: RecordFilter): ShardReader {
  return {
    read: async () => {
      const result = await reader.read();
      const through = result.through ?? result.records.at(-1)?.sequenceNumber;
      return { ...result, records: result.records.filter(isDelivered), through };
    },
  };
}

function partsOf({ partitionKey, sequenceNumber, data }: SourceRecord): Fields {
  const text = new TextDecoder().decode(data);
  return { partitionKey, sequenceNumber, data: parsed(text) ?? text };
}

function changeOf({ data }: SourceRecord): unknown {
  return parsed(new TextDecoder().decode(data));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function patternOf(text: unknown): Test {
  let pattern: unknown;
  try {
    pattern = JSON.parse(String(text));
  } catch (error) {
    throw new DefinitionError(
      `filter pattern "${String(text)}" is no JSON: ${messageOf(error)}; give an object`,
      {
        cause: error,
      },
    );
  }
  if (!isFields(pattern)) {
    throw new DefinitionError(
      `filter pattern "${String(text)}" must be an object, for example {"data":{"kind":["a"]}}`,
    );
  }
  return everyOf(pattern);
}

/** Every key must match; `$or` is a list of patterns of which one must. */
function everyOf(pattern: Fields): Test {
  const tests = Object.entries(pattern).map(([name, expected]): Test => {
    if (name === '$or' && Array.isArray(expected)) {
      const alternatives = expected.map((each: unknown) => everyOf(fieldsOf(each, '$or')));
      return (value) => alternatives.some((test) => test(value));
    }
    const test = Array.isArray(expected) ? anyOf(expected) : everyOf(fieldsOf(expected, name));
    return (value) => test(isFields(value) ? value[name] : undefined);
  });
  return (value) => tests.every((test) => test(value));
}

/** One of the values or operators must match; of a list in the record one element must. */
function anyOf(expected: readonly unknown[]): Test {
  const tests = expected.map(leafOf);
  return (value) => (Array.isArray(value) ? value : [value]).some((each) => tests.some((test) => test(each)));
}

function leafOf(expected: unknown): Test {
  if (!isFields(expected)) return (value) => value === expected;
  const [[operator, operand] = ['', undefined]] = Object.entries(expected);
  const create = OPERATORS[operator];
  if (create !== undefined) return create(operand);
  throw new DefinitionError(
    `filter operator "${operator}" is not known; there are ${Object.keys(OPERATORS).join(', ')}`,
  );
}

const OPERATORS: Readonly<Record<string, (operand: unknown) => Test>> = {
  prefix: (operand) => (value) => typeof value === 'string' && value.startsWith(String(operand)),
  suffix: (operand) => (value) => typeof value === 'string' && value.endsWith(String(operand)),
  'equals-ignore-case': (operand) => (value) =>
    typeof value === 'string' && value.toLowerCase() === String(operand).toLowerCase(),
  exists: (operand) => (value) => (value !== undefined) === (operand === true),
  'anything-but': (operand) => {
    const test = isFields(operand) ? leafOf(operand) : anyOf(Array.isArray(operand) ? operand : [operand]);
    return (value) => value !== undefined && !test(value);
  },
  numeric: (operand) => numericOf(Array.isArray(operand) ? operand : []),
};

const COMPARISONS: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '=': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

/** `[">", 0, "<=", 5]`. */
function numericOf(operands: readonly unknown[]): Test {
  const tests: ((value: number) => boolean)[] = [];
  for (let index = 0; index < operands.length; index += 2) {
    const compare = COMPARISONS[String(operands[index])];
    const limit = operands[index + 1];
    if (compare === undefined || typeof limit !== 'number') {
      throw new DefinitionError(
        `numeric filter "${JSON.stringify(operands)}" makes no sense; give comparisons and numbers in turn, for example [">", 0, "<=", 5]`,
      );
    }
    tests.push((value) => compare(value, limit));
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function fieldsOf(pattern: unknown, name: string): Fields {
  if (isFields(pattern)) return pattern;
  throw new DefinitionError(
    `filter pattern for "${name}" is "${JSON.stringify(pattern)}"; give a list of values, or an object of fields`,
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
