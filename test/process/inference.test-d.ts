import type { KeyValue } from '../../lib/model/index.ts';
import {
  listState,
  mapState,
  optionalState,
  output,
  timer,
  valueState,
  type None,
  type OutputSpecs,
  type OutputValues,
  type ProcessSpec,
  type StateSpecs,
  type TimerSpecs,
} from '../../lib/process/index.ts';

/** The same type, not only assignable both ways: the compiler compares the two functions without resolving T. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

interface Order {
  readonly id: string;
  readonly amount: number;
}

/** As the fluent layer has it: the stream gives the types of key and value. */
declare class KeyedStream<K extends KeyValue, T> {
  process<
    S extends StateSpecs = None,
    Tm extends TimerSpecs = None,
    O extends OutputSpecs = None,
    FromEvent = never,
    FromTimer = never,
  >(
    id: string,
    spec: ProcessSpec<K, T, S, Tm, O, FromEvent, FromTimer>,
  ): {
    readonly results: FromEvent | FromTimer;
    readonly outputs: OutputValues<O>;
    readonly key: K;
    readonly from: T;
  };
}
declare const orders: KeyedStream<string, Order>;

// What follows from what

const bursts = orders.process('bursts', {
  state: {
    seen: valueState(0),
    last: optionalState<Order>({ ttl: '1 hour' }),
    byId: mapState<number>(),
    recent: listState<Order>(),
  },
  timers: { reset: timer(), expire: timer<{ reason: string }>({ clock: 'arrival' }) },
  outputs: { alerts: output<{ text: string }>() },
  *onEvent(order, { key, state, timers, emit, timestamp, isLate }) {
    true satisfies Equal<typeof order, Order>;
    true satisfies Equal<typeof key, string>;
    const last = state.last.get();
    true satisfies Equal<typeof last, Order | undefined>;
    const recent = state.recent.all();
    true satisfies Equal<typeof recent, readonly Order[]>;
    const amount = state.byId.get(order.id);
    true satisfies Equal<typeof amount, number | undefined>;
    state.seen.set(state.seen.get() + 1);
    timers.reset.at(timestamp + 5);
    timers.expire.after('5 minutes', { reason: 'idle' });
    emit('alerts', { text: key });
    if (!isLate) yield { id: order.id, seen: state.seen.get() };
  },
  *onTimer(fired, { state }) {
    if (fired.timer === 'expire') yield fired.payload.reason;
    else {
      const { payload } = fired;
      true satisfies Equal<typeof payload, undefined>;
    }
    state.seen.clear();
  },
});
true satisfies Equal<typeof bursts.results, string | { id: string; seen: number }>;
true satisfies Equal<typeof bursts.outputs, { readonly alerts: { text: string } }>;

const plain = orders.process('plain', { onEvent: (order) => [order.amount] });
true satisfies Equal<typeof plain.results, number>;

const silent = orders.process('silent', { onEvent() {} });
true satisfies Equal<typeof silent.results, never>;

orders.process('migrated', {
  version: 3,
  state: { seen: valueState(0), byId: mapState<Order>() },
  migrate: {
    1: { state: { seen: (text: string) => Number(text) } },
    2: { state: { byId: (amount: number) => ({ id: '', amount }) } },
  },
  onEvent() {},
});

// What must not compile

orders.process('no-such-state', {
  state: { seen: valueState(0) },
  onEvent(_order, { state }) {
    // @ts-expect-error there is no such state
    state.sean.get();
  },
});

orders.process('wrong-type', {
  state: { seen: valueState(0) },
  onEvent(_order, { state }) {
    // @ts-expect-error it holds numbers
    state.seen.set('1');
  },
});

orders.process('payload', {
  timers: { reset: timer(), expire: timer<{ reason: string }>() },
  onEvent(_order, { timers }) {
    // @ts-expect-error it carries nothing
    timers.reset.after('1 minute', 'idle');
    // @ts-expect-error it has to be given its payload
    timers.expire.after('1 minute');
  },
  onTimer() {},
});

orders.process('output', {
  outputs: { alerts: output<string>() },
  onEvent(_order, { emit }) {
    // @ts-expect-error there is no such output
    emit('alarms', 'x');
    // @ts-expect-error it takes texts
    emit('alerts', 1);
  },
});

orders.process('async', {
  // @ts-expect-error operators don't wait
  async onEvent() {},
});

orders.process('migrate', {
  version: 2,
  state: { seen: valueState(0) },
  // @ts-expect-error a text is not what it holds today
  migrate: { 1: { state: { seen: (old: number) => String(old) } } },
  onEvent() {},
});
