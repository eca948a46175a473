import type { BeamSettings, FlinkSettings } from './settings.ts';

/** The event time of an event number, in milliseconds since the Unix epoch. */
export type Timeline = (eventNumber: number) => number;

/** Events evenly spaced, in floating point. */
export function flinkTimeline({ rate, generators, baseTime }: FlinkSettings): Timeline {
  const delayUs = (1_000_000 / rate) * generators;
  return (eventNumber) => baseTime + Math.floor(Math.trunc(eventNumber * delayUs) / 1000);
}

/** Events spaced by whole microseconds, at one rate or at several in turn. */
export function beamTimeline(settings: BeamSettings): Timeline {
  const { rate, nextRate, generators, baseTime } = settings;
  if (rate === nextRate) {
    const delayUs = wholeDelayUs(rate) * generators;
    return (eventNumber) => baseTime + Math.floor((eventNumber * delayUs) / 1000);
  }
  const steps = stepsOf(settings);
  const cycleEvents = steps.reduce((sum, { events }) => sum + events, 0);
  const cycleMs = steps.reduce((sum, { lengthMs }) => sum + lengthMs, 0);
  return (eventNumber) => {
    let time = baseTime + Math.floor(eventNumber / cycleEvents) * cycleMs;
    let left = eventNumber % cycleEvents;
    for (const { events, delayUs, lengthMs } of steps) {
      if (left < events) return time + Math.floor((left * delayUs) / 1000);
      left -= events;
      time += lengthMs;
    }
    return time;
  };
}

interface Step {
  readonly delayUs: number;
  readonly events: number;
  readonly lengthMs: number;
}

function stepsOf(settings: BeamSettings): readonly Step[] {
  const { rate, nextRate, rateShape, ratePeriodSeconds, generators } = settings;
  const rates = rateShape === 'square' ? [rate, nextRate] : cosine(rate, nextRate);
  const stepUs = Math.ceil(ratePeriodSeconds / rates.length) * 1_000_000;
  return rates.map((stepRate) => {
    const delayUs = wholeDelayUs(stepRate) * generators;
    const events = Math.floor(stepUs / delayUs);
    return { delayUs, events, lengthMs: Math.floor((events * delayUs) / 1000) };
  });
}

const COSINE_STEPS = 10;

function cosine(rate: number, nextRate: number): readonly number[] {
  const middle = (rate + nextRate) / 2;
  const amplitude = (rate - nextRate) / 2;
  return Array.from({ length: COSINE_STEPS }, (_, step) =>
    Math.round(middle + amplitude * Math.cos((2 * Math.PI * step) / COSINE_STEPS)),
  );
}

function wholeDelayUs(rate: number): number {
  return Math.floor((1_000_000 + Math.floor(rate / 2)) / rate);
}
