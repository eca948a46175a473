import type { Answers, StageTask } from '../engine/index.ts';
import type { Looked } from '../joins/index.ts';
import { decodeKey, encodeKey, type InputRecord } from '../model/index.ts';

/** Finds the row of a key, as the model encodes it. */
type FindRow = (key: string) => unknown;

/** Tables outside that live in a test, by the names the pipeline has for them. */
export type MemoryTables = ReadonlyMap<string, FindRow>;

/** Tables as a test gives them: maps of rows by key, or functions that find the row of a key. */
export function memoryTables(given: object): MemoryTables {
  return new Map(
    Object.entries(given).map(([name, table]: [string, unknown]): [string, FindRow] => [
      name,
      table instanceof Map
        ? (key) => [...table].find(([each]) => encodeKey(each) === key)?.[1]
        : (key) => (table as (key: unknown) => unknown)(decodeKey(key)),
    ]),
  );
}

/** What the tables say to all that a record asks. */
export function answersOf(task: StageTask, record: InputRecord, tables: MemoryTables): Answers {
  const answers = new Map<string, Map<string, Looked<unknown>>>();
  for (;;) {
    const questions = task.questionsOf([record], answers);
    if (questions.size === 0) return answers;
    for (const [table, keys] of questions) {
      const known = answers.get(table) ?? new Map<string, Looked<unknown>>();
      for (const key of keys) known.set(key, lookedUp(tableOf(tables, table), key));
      answers.set(table, known);
    }
  }
}

function tableOf(tables: MemoryTables, name: string): FindRow {
  const table = tables.get(name);
  if (table !== undefined) return table;
  throw new RangeError(
    `the pipeline looks up table "${name}", which the test has not; give it, for example tables: { ${name}: new Map() }`,
  );
}

function lookedUp(find: FindRow, key: string): Looked<unknown> {
  try {
    const value = find(key);
    return value === undefined ? { kind: 'missing' } : { kind: 'found', value };
  } catch (cause) {
    return { kind: 'unknown', reason: 'failed', cause };
  }
}
