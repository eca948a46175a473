/**
 * List prices in us-east-1 without free tiers, in US dollars, as of November 2026. Check them before you quote them.
 * @see https://aws.amazon.com/kinesis/data-streams/pricing/
 * @see https://aws.amazon.com/lambda/pricing/
 * @see https://aws.amazon.com/dynamodb/pricing/on-demand/
 * @see https://aws.amazon.com/cloudwatch/pricing/
 * @see https://aws.amazon.com/managed-service-apache-flink/pricing/
 */
export const PRICES = {
  asOf: '2026-11',
  kinesis: { shardHour: 0.015, putUnit: 0.014e-6 },
  /** arm64. */
  lambda: { gigabyteSecond: 0.0000133334, request: 0.2e-6 },
  dynamodb: { writeUnit: 0.625e-6 },
  cloudwatch: { logGigabyte: 0.5, metricMonth: 0.3 },
  flink: { kpuHour: 0.11, storageGigabyteMonth: 0.1, gigabytesPerKpu: 50 },
} as const;

/**
 * What the services hold. A vCPU of a function comes with its memory.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 * @see https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
export const LIMITS = {
  shardBytesPerSecond: 1_000_000,
  shardRecordsPerSecond: 1_000,
  megabytesPerVcpu: 1_769,
} as const;
