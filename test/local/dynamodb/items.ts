import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue>;

export function item(id: string, value: number): Item {
  return { ...key(id), value: { N: String(value) } };
}

export function key(id: string): Item {
  return { id: { S: id } };
}

export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
}
