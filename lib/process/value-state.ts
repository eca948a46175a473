import { frozen } from './frozen.ts';
import { expiryOf, ttlOf, type StateOptions, type StateSpec } from './state-spec.ts';

/** One value for each key. Values can't be changed in place: set a new one. */
export interface ValueState<T> {
  get(): T;
  set(value: T): void;
  /** Back to how it began. */
  clear(): void;
}

/**
 * State with one value for each key, which is `initial` until it is set, after it is cleared and once it has expired.
 * @throws DefinitionError if the ttl is no positive duration
 */
export function valueState<T>(initial: T, options: StateOptions = {}): StateSpec<ValueState<T>, T> {
  const ttlMs = ttlOf(options, 'value');
  frozen(initial);
  return Object.freeze<StateSpec<ValueState<T>, T>>({
    kind: 'value',
    ttlMs,
    open: (name, workspace) => ({
      get() {
        const cell = workspace.readAlive(name);
        // What is stored under the name was set through this handle, or migrated to its type.
        return cell === undefined ? initial : (frozen(cell.value) as T);
      },
      set(value) {
        workspace.write(name, frozen(value), expiryOf(ttlMs, workspace));
      },
      clear() {
        workspace.remove(name);
      },
    }),
    mapStored: (stored, change) => change(stored),
  });
}

/** State with one value for each key, or none. */
export function optionalState<T>(options: StateOptions = {}): StateSpec<ValueState<T | undefined>, T> {
  const spec = valueState<T | undefined>(undefined, options);
  return Object.freeze<StateSpec<ValueState<T | undefined>, T>>({
    kind: spec.kind,
    ttlMs: spec.ttlMs,
    open(name, workspace) {
      const handle = spec.open(name, workspace);
      return { ...handle, set: (value) => (value === undefined ? handle.clear() : handle.set(value)) };
    },
    mapStored: (stored, change) => change(stored),
  });
}
