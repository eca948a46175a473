import type { Person } from '../events.ts';
import { FIRST_ID, lastPerson } from './ids.ts';
import type { Random } from './random.ts';
import type { Recipe } from './recipe.ts';
import { filling, text } from './strings.ts';

const FIRST_NAMES = 'Peter Paul Luke John Saul Vicky Kate Julie Sarah Deiter Walter'.split(' ');
const LAST_NAMES = 'Shultz Abrams Spencer White Bartels Walton Smith Jones Noris'.split(' ');
const CITIES = 'Phoenix,Los Angeles,San Francisco,Boise,Portland,Bend,Redmond,Seattle,Kent,Cheyenne'.split(
  ',',
);
const STATES = 'AZ CA ID OR WA WY'.split(' ');

/** The person of this event. City and state are drawn apart, so most people live in a place that isn't. */
export function person(recipe: Recipe, eventId: number, dateTime: number): Person {
  const { random, exact, settings, proportions } = recipe;
  const name = `${oneOf(random, FIRST_NAMES)} ${oneOf(random, LAST_NAMES)}`;
  const emailAddress = `${text(random, 7)}@${text(random, 5)}.com`;
  const creditCard = `${fourDigits(random)} ${fourDigits(random)} ${fourDigits(random)} ${fourDigits(random)}`;
  const city = oneOf(random, CITIES);
  const state = oneOf(random, STATES);
  const bytes = 8 + name.length + emailAddress.length + creditCard.length + city.length + state.length;
  const extra = filling(random, exact, bytes, settings.personBytes);
  const id = FIRST_ID + lastPerson(eventId, proportions);
  return { id, name, emailAddress, creditCard, city, state, dateTime, extra };
}

function oneOf(random: Random, values: readonly string[]): string {
  return values[random.below(values.length)] ?? '';
}

function fourDigits(random: Random): string {
  return String(random.below(10_000)).padStart(4, '0');
}
