import type { Item } from './dynalite.ts';

/** What one committed write did to one item; undefined where there is no item. */
export interface Change {
  readonly table: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** Whether a write left everything as it was. The order within a set doesn't count. */
export function isNoOp({ before, after }: Change): boolean {
  return canonical(before) === canonical(after);
}

/** An item as text, the same for equal items. Numbers need no care: dynalite keeps them in one form. */
function canonical(item: Item | undefined): string | undefined {
  return JSON.stringify(item, (name, value: unknown) => {
    if (Array.isArray(value)) return name === 'L' ? value : value.toSorted((a, b) => (a < b ? -1 : 1));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
