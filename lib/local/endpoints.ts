/** Where the services are that a local deployment uses. */
export interface LocalEndpoints {
  readonly kinesis: string;
  /** Serves DynamoDB Streams as well. */
  readonly dynamodb: string;
  /** Needed if the templates have buckets. */
  readonly s3?: string;
  /** Has the queues that are failure destinations. @default failures are written to a folder */
  readonly sqs?: string;
}

/**
 * The variable by which the AWS SDKs and the CLI find each service.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export const ENDPOINT_VARIABLES: Readonly<Record<keyof LocalEndpoints, string>> = {
  kinesis: 'AWS_ENDPOINT_URL_KINESIS',
  dynamodb: 'AWS_ENDPOINT_URL_DYNAMODB',
  s3: 'AWS_ENDPOINT_URL_S3',
  sqs: 'AWS_ENDPOINT_URL_SQS',
};

/** What a function's environment says so that its clients find these endpoints. */
export function endpointEnvironment(endpoints: LocalEndpoints): Readonly<Record<string, string>> {
  const { kinesis, dynamodb, s3, sqs } = endpoints;
  return {
    [ENDPOINT_VARIABLES.kinesis]: kinesis,
    [ENDPOINT_VARIABLES.dynamodb]: dynamodb,
    AWS_ENDPOINT_URL_DYNAMODB_STREAMS: dynamodb,
    ...(s3 !== undefined && { [ENDPOINT_VARIABLES.s3]: s3 }),
    ...(sqs !== undefined && { [ENDPOINT_VARIABLES.sqs]: sqs }),
  };
}
