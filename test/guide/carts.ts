import { pipeline, source, timer, valueState } from 'millrace';
import * as z from 'zod';

const CartEvent = z.object({ cart: z.string(), kind: z.enum(['added', 'bought']), at: z.number() });

export const carts = pipeline('carts', {
  sources: { events: source(CartEvent, { timestamp: (event) => event.at, outOfOrder: '10 seconds' }) },
  build: ({ events }) => ({
    abandoned: events
      .keyBy((event) => event.cart)
      .process('abandoned', {
        state: { items: valueState(0, { ttl: '1 day' }) },
        timers: { quiet: timer() },
        onEvent(event, { state, timers }) {
          if (event.kind === 'bought') {
            state.items.clear();
            timers.quiet.cancel();
          } else {
            state.items.set(state.items.get() + 1);
            timers.quiet.after('30 minutes');
          }
        },
        *onTimer(_, { key: cart, state }) {
          yield { cart, items: state.items.get() };
          state.items.clear();
        },
      }),
  }),
});
