import type { BeamBid, NexmarkEvent } from '../events.ts';
import { auction, horizonEvents } from './auction.ts';
import { beamBid, flinkBid } from './bid.ts';
import { drawChannels } from './channels.ts';
import { JavaRandom } from './java-random.ts';
import { person } from './person.ts';
import type { Recipe } from './recipe.ts';
import { type BeamSettings, type FlinkSettings, PROPORTIONS, STRIDE } from './settings.ts';
import { SplittableRandom } from './splittable-random.ts';
import { exactText, exactTextFromSheet } from './strings.ts';
import { beamTimeline, flinkTimeline } from './timeline.ts';

/**
 * The events of one generator as the Flink suite makes them, in the order they are sent. The same settings always
 * give the same events; one event's content depends on all that were drawn before it.
 */
export function flinkEvents(settings: FlinkSettings): Generator<NexmarkEvent> {
  const { seeds, proportions } = settings;
  const random = new SplittableRandom(seeds.events);
  const exact = exactTextFromSheet(new SplittableRandom(seeds.sheet));
  const channels = drawChannels(new SplittableRandom(seeds.urls));
  const recipe = checked({ random, exact, settings, proportions, timeline: flinkTimeline(settings) });
  return generate(recipe, (eventId, dateTime) => flinkBid(recipe, channels, eventId, dateTime));
}

/**
 * The events of one generator as the Beam suite makes them, in the order they are sent. An event's content depends
 * on its id alone, whatever the disorder; bids have no channel.
 */
export function beamEvents(settings: BeamSettings): Generator<NexmarkEvent<BeamBid>> {
  const random = new JavaRandom(0);
  const timeline = beamTimeline(settings);
  const recipe = checked({ random, exact: exactText, settings, proportions: PROPORTIONS, timeline });
  return generate(
    recipe,
    (eventId, dateTime) => beamBid(recipe, eventId, dateTime),
    (eventId) => random.reseed(eventId),
  );
}

/** Each event as one line of JSON, without the line end. */
export function* jsonLines(events: Iterable<NexmarkEvent<BeamBid>>): Generator<string> {
  for (const event of events) yield JSON.stringify(event);
}

function* generate<B extends BeamBid>(
  recipe: Recipe,
  bid: (eventId: number, dateTime: number) => B,
  beforeEvent?: (eventId: number) => void,
): Generator<NexmarkEvent<B>> {
  const { timeline, settings, proportions } = recipe;
  const { persons, auctions, bids } = proportions;
  const { outOfOrderGroupSize: group, firstEventNumber, firstEventId } = settings;
  for (let seq = 0; seq < settings.events; seq += 1) {
    const place = firstEventNumber + seq;
    const groupStart = place - (place % group);
    const eventNumber = groupStart + ((place * STRIDE) % group);
    const eventId = firstEventId + eventNumber;
    const ts = timeline(eventNumber);
    const wm = timeline(groupStart);
    const turn = eventId % (persons + auctions + bids);
    beforeEvent?.(eventId);
    if (turn < persons) yield { seq, ts, wm, event_type: 0, person: person(recipe, eventId, ts) };
    else if (turn < persons + auctions) {
      yield { seq, ts, wm, event_type: 1, auction: auction(recipe, eventId, eventNumber, ts) };
    } else yield { seq, ts, wm, event_type: 2, bid: bid(eventId, ts) };
  }
}

/** The longest time an auction may take, which must be below what one draw reaches. */
const MAX_HORIZON_MS = 2 ** 30 - 1;

function checked(recipe: Recipe): Recipe {
  const horizonMs = recipe.timeline(horizonEvents(recipe)) - recipe.settings.baseTime;
  if (horizonMs < MAX_HORIZON_MS) return recipe;
  const { rate, inFlightAuctions } = recipe.settings;
  throw new RangeError(
    `auctions last "${horizonMs}" ms at rate ${rate} with ${inFlightAuctions} in flight; at most ${MAX_HORIZON_MS} ms is possible, use a higher rate`,
  );
}
