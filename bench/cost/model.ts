import { LIMITS, PRICES } from './prices.ts';

/** What one event takes, all stages together, measured. */
export interface Footprint {
  readonly bytes: number;
  readonly cpuMicros: number;
  readonly journalWriteUnits: number;
  readonly resultWriteUnits: number;
  /** Records and bytes that one stage puts into the stream of another. */
  readonly shuffledRecords: number;
  readonly shuffledBytes: number;
  readonly stages: number;
}

/** Dollars for a billion events, by what they are paid for. */
export interface Bill {
  readonly source: number;
  readonly shuffle: number;
  readonly compute: number;
  readonly state: number;
  readonly results: number;
  readonly monitoring: number;
}

export interface Load {
  readonly bytesPerSecond: number;
  /** Producers put many events into one record, as the Kinesis Producer Library does. */
  readonly isAggregated: boolean;
}

const BILLION = 1e9;
const SECONDS_PER_HOUR = 3_600;
const SECONDS_PER_MONTH = 730 * SECONDS_PER_HOUR;
const PUT_UNIT_BYTES = 25 * 1024;
const MEMORY_GB = 1;
const VCPUS = (MEMORY_GB * 1_024) / LIMITS.megabytesPerVcpu;
/** A shard with traffic is read about once a second. */
const INVOCATIONS_OF_A_SHARD = 1;
/** Of an invocation: waiting for DynamoDB and Kinesis. An assumption: not measured on AWS. */
const WAITING_SECONDS = 0.015;
const BYTES_OF_A_LOG_LINE = 1_000;
const METRICS_OF_A_STAGE = 10;

export function totalOf(bill: Bill): number {
  return Object.values(bill).reduce((sum: number, part: number) => sum + part, 0);
}

/** What a billion events cost that come at this rate. */
export function billOf(footprint: Footprint, load: Load): Bill {
  const eventsPerSecond = load.bytesPerSecond / footprint.bytes;
  const seconds = BILLION / eventsPerSecond;
  const source = sourceOf(footprint, load);
  const shuffleShards =
    footprint.shuffledRecords === 0
      ? 0
      : shardsFor(footprint.shuffledBytes * eventsPerSecond, footprint.shuffledRecords * eventsPerSecond);
  const invocations = (source.shards + shuffleShards) * INVOCATIONS_OF_A_SHARD * seconds;
  const busySeconds = (footprint.cpuMicros * 1e-6 * BILLION) / VCPUS + invocations * WAITING_SECONDS;
  return {
    source: source.dollars,
    shuffle:
      shardDollars(shuffleShards, seconds) + BILLION * footprint.shuffledRecords * PRICES.kinesis.putUnit,
    compute: busySeconds * MEMORY_GB * PRICES.lambda.gigabyteSecond + invocations * PRICES.lambda.request,
    state: BILLION * footprint.journalWriteUnits * PRICES.dynamodb.writeUnit,
    results: BILLION * footprint.resultWriteUnits * PRICES.dynamodb.writeUnit,
    monitoring:
      (invocations * BYTES_OF_A_LOG_LINE * PRICES.cloudwatch.logGigabyte) / 1e9 +
      (footprint.stages * METRICS_OF_A_STAGE * PRICES.cloudwatch.metricMonth * seconds) / SECONDS_PER_MONTH,
  };
}

/** The same with Managed Service for Apache Flink at this many events a second for each KPU, and one KPU more. */
export function flinkBillOf(footprint: Footprint, load: Load, eventsPerKpuSecond: number): Bill {
  const eventsPerSecond = load.bytesPerSecond / footprint.bytes;
  const seconds = BILLION / eventsPerSecond;
  const kpus = Math.ceil(eventsPerSecond / eventsPerKpuSecond);
  const { kpuHour, storageGigabyteMonth, gigabytesPerKpu } = PRICES.flink;
  return {
    source: sourceOf(footprint, load).dollars,
    shuffle: 0,
    compute: ((kpus + 1) * kpuHour * seconds) / SECONDS_PER_HOUR,
    state: (kpus * gigabytesPerKpu * storageGigabyteMonth * seconds) / SECONDS_PER_MONTH,
    results: BILLION * footprint.resultWriteUnits * PRICES.dynamodb.writeUnit,
    monitoring: 0,
  };
}

/** The same where a function updates one item for each event; its waiting for DynamoDB isn't even counted. */
export function naiveBillOf(footprint: Footprint, load: Load): Bill {
  return {
    ...billOf({ ...footprint, shuffledRecords: 0, shuffledBytes: 0, journalWriteUnits: 1 }, load),
    results: 0,
  };
}

function sourceOf(
  { bytes }: Footprint,
  { bytesPerSecond, isAggregated }: Load,
): { shards: number; dollars: number } {
  const eventsPerSecond = bytesPerSecond / bytes;
  const eventsPerRecord = isAggregated ? Math.floor(PUT_UNIT_BYTES / bytes) : 1;
  const shards = shardsFor(bytesPerSecond, eventsPerSecond / eventsPerRecord);
  const putDollars = (BILLION / eventsPerRecord) * PRICES.kinesis.putUnit;
  return { shards, dollars: shardDollars(shards, BILLION / eventsPerSecond) + putDollars };
}

function shardsFor(bytesPerSecond: number, recordsPerSecond: number): number {
  const { shardBytesPerSecond, shardRecordsPerSecond } = LIMITS;
  return Math.max(
    1,
    Math.ceil(bytesPerSecond / shardBytesPerSecond),
    Math.ceil(recordsPerSecond / shardRecordsPerSecond),
  );
}

function shardDollars(shards: number, seconds: number): number {
  return (shards * PRICES.kinesis.shardHour * seconds) / SECONDS_PER_HOUR;
}
