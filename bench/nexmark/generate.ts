import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { AnyNexmarkEvent } from './events.ts';
import {
  beamEvents,
  beamSettings,
  flinkEvents,
  flinkSettings,
  type GeneratorSettings,
  jsonLines,
  split,
} from './generator/index.ts';

const USAGE = `usage: npx tsx bench/nexmark/generate.ts [options]   writes Nexmark events as lines of JSON

  --profile NAME   flink (default) or beam
  --events N       how many, or endless (default 100000)
  --rate N         events a second of event time (default 10000)
  --group N        in disorder within groups of N (default 1: in order)
  --seeds A,B,C    seeds of the events, the fillings and the URLs, flink only (default 1,2,3)
  --part I/N       only the Ith of N generators that share the stream (default 1/1)
  --base-time T    event time of the first event: milliseconds, an ISO date or now (default 2015-07-15)
  --paced          send at the rate, not as fast as the reader takes it; then the base time is now by default`;

const { values } = parseArgs({
  options: {
    profile: { type: 'string', default: 'flink' },
    events: { type: 'string', default: '100000' },
    rate: { type: 'string', default: '10000' },
    group: { type: 'string', default: '1' },
    seeds: { type: 'string' },
    part: { type: 'string', default: '1/1' },
    'base-time': { type: 'string' },
    paced: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** How much is written at once. */
const CHUNK_CHARACTERS = 64 * 1024;
const PACE_MS = 10;

if (values.help) console.log(USAGE);
else await write();

async function write(): Promise<void> {
  const [part = 1, parts = 1] = values.part.split('/').map(Number);
  const options: Partial<GeneratorSettings> = {
    events: values.events === 'endless' ? Infinity : Number(values.events),
    rate: Number(values.rate),
    outOfOrderGroupSize: Number(values.group),
    ...startOf(values['base-time'] ?? (values.paced ? 'now' : undefined)),
  };
  const lines = jsonLines(eventsOf(options, part, parts));
  const chunks = values.paced ? paced(lines, Number(values.rate) / parts) : chunked(lines);
  try {
    await pipeline(chunks, process.stdout);
  } catch (error) {
    if (!isClosedReader(error)) throw error;
  }
}

function eventsOf(
  options: Partial<GeneratorSettings>,
  part: number,
  parts: number,
): Iterable<AnyNexmarkEvent> {
  switch (values.profile) {
    case 'flink':
      return flinkEvents(partOf(flinkSettings({ ...options, ...seedsOf(values.seeds) }), part, parts));
    case 'beam':
      if (values.seeds !== undefined) {
        throw new RangeError(`--seeds is "${values.seeds}"; the beam profile has none, leave it out`);
      }
      return beamEvents(partOf(beamSettings(options), part, parts));
    default:
      throw new RangeError(`--profile is "${values.profile}"; it must be flink or beam`);
  }
}

function partOf<S extends GeneratorSettings>(settings: S, part: number, parts: number): S {
  const chosen = parts === 1 ? [settings][part - 1] : split(settings, parts)[part - 1];
  if (chosen !== undefined) return chosen;
  throw new RangeError(`--part is "${values.part}"; it must be one of 1/${parts} to ${parts}/${parts}`);
}

function seedsOf(text = '1,2,3'): Pick<ReturnType<typeof flinkSettings>, 'seeds'> {
  const [events = NaN, sheet = NaN, urls = NaN] = text.split(',').map(Number);
  return { seeds: { events, sheet, urls } };
}

function startOf(text: string | undefined): { readonly baseTime?: number } {
  if (text === undefined) return {};
  if (text === 'now') return { baseTime: Date.now() };
  return { baseTime: /^\d+$/.test(text) ? Number(text) : Date.parse(text) };
}

function* chunked(lines: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

/** Lines as they fall due at this many a second; one that can't keep up sends all that is due at once. */
async function* paced(lines: Iterable<string>, perSecond: number): AsyncGenerator<string> {
  const startedAt = performance.now();
  let due = '';
  let sent = 0;
  for (const line of lines) {
    while (performance.now() - startedAt < (sent * 1000) / perSecond) {
      if (due !== '') yield due;
      due = '';
      await sleep(PACE_MS);
    }
    due += `${line}\n`;
    sent += 1;
  }
  yield due;
}

/** The reader went away, as `head` does: there is nobody left to write to. */
function isClosedReader(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
