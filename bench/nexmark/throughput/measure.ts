import { PipelineRun, type Subject } from './pipeline-run.ts';
import { batchesOf, nexmarkTexts, type Batch, type NexmarkText } from './records.ts';

export interface Effort {
  readonly events: number;
  readonly batchRecords: number;
  /** Batches of a tumbling window of the mapping. */
  readonly windowBatches: number;
  /** Of which medians are taken; one in front only warms up. */
  readonly rounds: number;
}

/** A shard that is full takes 1,000 records a second; a checkpoint interval has 60. */
export const USUAL_EFFORT: Effort = { events: 50_000, batchRecords: 1_000, windowBatches: 60, rounds: 5 };

/** Medians over the rounds. CPU time is of the process, all threads and garbage collection included. */
export interface Measured {
  readonly eventsPerCpuSecond: number;
  /** `JSON.parse` alone over the same texts, in the same rounds. */
  readonly parsesPerCpuSecond: number;
  /** What `JSON.parse` takes of the time of all: 1 would be the limit. */
  readonly ratio: number;
  /** The same with decoding base64 to text. */
  readonly ratioWithBase64: number;
  readonly outputs: number;
  /** Records something was wrong with; none in Nexmark. */
  readonly deadLetters: number;
}

export async function measure(query: Subject, effort: Effort): Promise<Measured> {
  const texts = nexmarkTexts(effort.events);
  const batches = batchesOf(texts, effort.batchRecords);
  await round(query, texts, batches, effort);
  const rounds: Round[] = [];
  while (rounds.length < effort.rounds) rounds.push(await round(query, texts, batches, effort));
  const medianOf = (of: (each: Round) => number): number => median(rounds.map(of));
  const { outputs = 0, deadLetters = 0 } = rounds[0]?.run ?? {};
  return {
    eventsPerCpuSecond: medianOf(({ run }) => (effort.events * 1e6) / run.microseconds),
    parsesPerCpuSecond: medianOf(({ parse }) => (effort.events * 1e6) / parse),
    ratio: medianOf(({ run, parse }) => parse / run.microseconds),
    ratioWithBase64: medianOf(({ run, decodeAndParse }) => decodeAndParse / run.microseconds),
    outputs,
    deadLetters,
  };
}

interface Round {
  readonly parse: number;
  readonly decodeAndParse: number;
  readonly run: PipelineRun;
}

async function round(
  query: Subject,
  texts: readonly NexmarkText[],
  batches: readonly Batch[],
  { windowBatches }: Effort,
): Promise<Round> {
  const parse = microsecondsOf(() => {
    for (const { text } of texts) JSON.parse(text);
  });
  const decodeAndParse = microsecondsOf(() => {
    for (const { kinesis } of batches.flat()) JSON.parse(Buffer.from(kinesis.data, 'base64').toString());
  });
  const run = new PipelineRun(query, windowBatches);
  for (const batch of batches) await run.invoke(batch);
  return { parse, decodeAndParse, run };
}

function microsecondsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
