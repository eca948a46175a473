import { frozen } from './frozen.ts';
import { expiryOf, ttlOf, type StateOptions, type StateSpec } from './state-spec.ts';

/** Values by name, for each key. Each is stored by itself: writing one doesn't rewrite the others. */
export interface MapState<V> {
  get(name: string): V | undefined;
  has(name: string): boolean;
  set(name: string, value: V): void;
  delete(name: string): void;
  /** Names and values in the order of the names' UTF-16 code units. Takes time for everything the key stores. */
  entries(): readonly (readonly [name: string, value: V])[];
  clear(): void;
}

/**
 * State with any number of named values for each key. With `ttl`, each lives that long after it was last set.
 * @throws DefinitionError if the ttl is no positive duration
 */
export function mapState<V>(options: StateOptions = {}): StateSpec<MapState<V>, V> {
  const ttlMs = ttlOf(options, 'map');
  return Object.freeze<StateSpec<MapState<V>, V>>({
    kind: 'map',
    ttlMs,
    open(state, workspace) {
      const prefix = `${state}/`;
      const read = (slot: string): V | undefined => {
        const cell = workspace.readAlive(slot);
        // What is stored under the prefix was set through this handle, or migrated to its type.
        return cell === undefined ? undefined : (frozen(cell.value) as V);
      };
      return {
        get: (name) => read(prefix + name),
        has: (name) => workspace.readAlive(prefix + name) !== undefined,
        set(name, value) {
          workspace.write(prefix + name, frozen(value), expiryOf(ttlMs, workspace));
        },
        delete(name) {
          workspace.remove(prefix + name);
        },
        entries: () =>
          workspace.slotsUnder(prefix).map((slot) => [slot.slice(prefix.length), read(slot) as V] as const),
        clear() {
          for (const slot of workspace.slotsUnder(prefix)) workspace.remove(slot);
        },
      };
    },
    mapStored: (stored, change) => change(stored),
  });
}
