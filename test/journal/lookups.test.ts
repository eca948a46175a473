import { describe, expect, test } from '@jest/globals';
import type { Lookups } from '../../lib/engine/index.ts';
import type { Looked } from '../../lib/joins/index.ts';
import { JournaledTask, type Invocation } from '../../lib/journal/index.ts';
import type { SentOutput } from '../../lib/model/index.ts';
import { planOf } from '../../lib/plan/index.ts';
import { MemoryJournalStore, MemorySinks, MemoryStream } from '../../lib/testing/index.ts';
import { purchases } from '../support/looked-up-orders.ts';
import { at, record } from '../support/orders.ts';

const SHARD = 'shardId-000000000000';

const purchase = (n: number, customer = 'ann') =>
  record(n, 'any', { id: `p${n}`, customer, amount: n, at: at('00:00:01') });

/** A table that says something else each time it is asked: `answer 1`, `answer 2`, … */
class ChangingTable implements Lookups {
  readonly asked: string[][] = [];
  onAsked: () => Promise<void> = async () => {};

  async lookUp(_: string, keys: ReadonlySet<string>): Promise<ReadonlyMap<string, Looked<unknown>>> {
    this.asked.push([...keys]);
    const region = `answer ${this.asked.length}`;
    await this.onAsked();
    return new Map(
      [...keys].map((customerId) => [customerId, { kind: 'found', value: { customerId, region } }]),
    );
  }
}

function world() {
  const definition = purchases();
  const [stage] = planOf(definition).stages;
  if (stage === undefined) throw new Error('no stage');
  const store = new MemoryJournalStore(256);
  const sinks = new MemorySinks();
  const stream = new MemoryStream();
  stream.addShard(SHARD);
  const sent: SentOutput[] = [];
  const table = new ChangingTable();
  const shuffle = {
    send: async (_: string, outputs: readonly SentOutput[]) => {
      sent.push(...outputs);
      return { left: [], isTold: true };
    },
    peers: async () => [SHARD],
  };
  let tokens = 0;
  const ports = { store, sinks, stream, shuffle, lookups: table, newToken: () => `token-${++tokens}` };
  const sandbox = (): JournaledTask => new JournaledTask(definition, stage, SHARD, ports);
  return { store, sinks, stream, table, sandbox, sent };
}

const open = (records: Invocation['records'], windowState: unknown = {}): Invocation => ({
  records,
  windowState,
  window: 'open',
});

describe('a stage that asks tables', () => {
  test('asks once for each key of a batch', async () => {
    const { sandbox, table } = world();

    await sandbox().invoke(open([purchase(1), purchase(2, 'bob'), purchase(3)]));

    expect(table.asked).toEqual([['ann', 'bob']]);
  });

  test('journals each batch before anything of it is delivered, and leaves nothing in the tail', async () => {
    const { sandbox, sinks, sent, store } = world();
    const append = store.append.bind(store);
    const deliveredAtAppend: number[] = [];
    store.append = async (...args) => {
      deliveredAtAppend.push(sinks.changes.length + sent.length);
      return append(...args);
    };

    const { windowState } = await sandbox().invoke(open([purchase(1), purchase(2)]));

    expect(deliveredAtAppend).toEqual([0, 0]);
    expect(windowState).toMatchObject({ n: 1, segments: [] });
    expect(sinks.valuesOf('placed')).toEqual([
      { id: 'p1', amount: 1, region: 'answer 1' },
      { id: 'p2', amount: 2, region: 'answer 1' },
    ]);
    expect(sent.map(({ event }) => event.value)).toEqual(sinks.valuesOf('placed'));
  });
});

describe('one answer counts for each record, though the table says another each time, when', () => {
  test('the function dies before the append', async () => {
    const { sandbox, sinks, sent, store } = world();
    const append = store.append.bind(store);
    let appends = 0;
    store.append = async (task, entry) => {
      if (++appends === 2) throw new Error('died');
      return append(task, entry);
    };

    await expect(sandbox().invoke(open([purchase(1)]))).rejects.toThrow('died');
    await sandbox().invoke(open([purchase(1)]));

    expect(sinks.changes.map(({ output }) => output)).toMatchObject([{ value: { region: 'answer 2' } }]);
    expect(sent).toMatchObject([{ number: 0, event: { value: { region: 'answer 2' } } }]);
  });

  test('the function dies after the append, before its answer is known', async () => {
    const { sandbox, sinks, sent, store } = world();
    const append = store.append.bind(store);
    let appends = 0;
    store.append = async (task, entry) => {
      const result = await append(task, entry);
      if (++appends === 2) throw new Error('died');
      return result;
    };

    await expect(sandbox().invoke(open([purchase(1)]))).rejects.toThrow('died');
    await sandbox().invoke(open([purchase(1), purchase(2)]));

    expect(sinks.valuesOf('placed')).toMatchObject([
      { id: 'p1', region: 'answer 1' },
      { id: 'p2', region: 'answer 2' },
    ]);
    expect(sent.map(({ number, event }) => [number, event.value])).toMatchObject([
      [0, { id: 'p1', region: 'answer 1' }],
      [0, { id: 'p2', region: 'answer 2' }],
    ]);
  });

  test('the function dies while it delivers', async () => {
    const { sandbox, sinks } = world();
    const deliver = sinks.deliver.bind(sinks);
    sinks.deliver = async ([first]) => {
      if (first !== undefined) await deliver([first]);
      sinks.deliver = deliver;
      throw new Error('died');
    };

    await expect(sandbox().invoke(open([purchase(1), purchase(2)]))).rejects.toThrow('died');
    await sandbox().invoke(open([purchase(1), purchase(2)]));

    expect(sinks.changes.map(({ output }) => output)).toMatchObject([
      { value: { id: 'p1', region: 'answer 1' } },
      { value: { id: 'p2', region: 'answer 1' } },
    ]);
  });

  test('two sandboxes work on one batch', async () => {
    const { sandbox, sinks, sent, table } = world();
    const [frozen, other] = [sandbox(), sandbox()];
    const first = await frozen.invoke(open([purchase(1)]));
    table.onAsked = async () => {
      table.onAsked = async () => {};
      await other.invoke(open([purchase(2)], first.windowState));
    };

    await frozen.invoke(open([purchase(2)], first.windowState));

    expect(table.asked).toHaveLength(3);
    expect(sinks.valuesOf('placed')).toMatchObject([
      { id: 'p1', region: 'answer 1' },
      { id: 'p2', region: 'answer 3' },
    ]);
    expect(
      new Set(
        sent
          .filter(({ event }) => JSON.stringify(event).includes('p2'))
          .map(({ event }) => JSON.stringify(event.value)),
      ),
    ).toEqual(new Set([JSON.stringify({ id: 'p2', amount: 2, region: 'answer 3' })]));
  });
});
