/** The account and region every local stream lives in. */
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

export const STREAM_ARN_PREFIX = `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/`;
