import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { hash, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DefinitionError, messageOf } from '../model/index.ts';
import { REGION } from './assembly/index.ts';
import { batchInfoOf, type FailureMessage } from './event-source-mapping/index.ts';
import { createBucket } from './provision.ts';

/** What a mapping has to say of records it has given up. */
export interface Failure {
  /** The UUID of the mapping. */
  readonly mappingId: string;
  readonly message: FailureMessage;
  /** The event that was not delivered. Only buckets are given it. */
  readonly payload: object | string;
}

/** Takes failures. */
export interface FailureDestination {
  /** Makes the bucket or the queue, where there is none. */
  prepare(): Promise<void>;
  /** @returns where the failure can be found now */
  take(failure: Failure): Promise<string>;
}

export interface FailureServices {
  readonly s3: S3Client | undefined;
  /** The URL of an endpoint with SQS. */
  readonly sqs: string | undefined;
  /** Has a folder for each destination that none of these serves. */
  readonly folder: string;
}

/**
 * Serves the failure destination of a mapping: a bucket or a queue where there is an endpoint for it, a folder otherwise.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export function failureDestination(arn: string, { s3, sqs, folder }: FailureServices): FailureDestination {
  const service = arn.split(':')[2];
  const name = arn.split(/[:/]/).at(-1) ?? '';
  if (service === 's3' && s3 !== undefined) return bucket(s3, name);
  if (service === 'sqs' && sqs !== undefined) return queue(sqs, name);
  const contentOf = service === 's3' ? withPayload : ({ message }: Failure): object => message;
  return folderOf(join(folder, name), contentOf);
}

/** The UUID of a mapping, which is always the same. */
export function mappingIdOf(functionName: string, eventSourceArn: string): string {
  const digits = hash('md5', `${functionName} ${eventSourceArn}`);
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function bucket(s3: S3Client, name: string): FailureDestination {
  return {
    prepare: () => createBucket(s3, { name }),
    take: async (failure) => {
      const { mappingId, message } = failure;
      const day = message.timestamp.slice(0, 10).replaceAll('-', '/');
      const Key = `aws/lambda/${mappingId}/${batchInfoOf(message).shardId}/${day}/${objectName(message)}`;
      await s3.send(new PutObjectCommand({ Bucket: name, Key, Body: JSON.stringify(withPayload(failure)) }));
      return `s3://${name}/${Key}`;
    },
  };
}

function folderOf(path: string, contentOf: (failure: Failure) => object): FailureDestination {
  return {
    prepare: async () => {},
    take: async (failure) => {
      const file = join(path, `${objectName(failure.message)}.json`);
      await mkdir(path, { recursive: true });
      await writeFile(file, JSON.stringify(contentOf(failure)));
      return file;
    },
  };
}

function queue(endpoint: string, QueueName: string): FailureDestination {
  // A queue that is there already is answered with its URL.
  const create = (): Promise<unknown> => askQueues(endpoint, 'CreateQueue', { QueueName });
  return {
    prepare: async () => {
      await create().catch((error: unknown) => {
        throw new DefinitionError(
          `nothing at "${endpoint}" makes the queue "${QueueName}", which is a failure destination: ${messageOf(error)}; ` +
            'start SQS there, or unset AWS_ENDPOINT_URL_SQS and AWS_ENDPOINT_URL to have failures written to a folder',
          { cause: error },
        );
      });
    },
    take: async ({ message }) => {
      const { QueueUrl } = (await create()) as { readonly QueueUrl: string };
      await askQueues(endpoint, 'SendMessage', { QueueUrl, MessageBody: JSON.stringify(message) });
      return `queue "${QueueName}" at ${endpoint}`;
    },
  };
}

const ANSWERS_WITHIN_MS = 10_000;

/**
 * Endpoints tell services and regions apart by the credential; none checks signatures.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html
 */
async function askQueues(endpoint: string, operation: string, input: object): Promise<unknown> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/sqs/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(input),
    signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${operation} was answered with ${response.status}: ${text}`);
  return JSON.parse(text);
}

function withPayload({ message, payload }: Failure): object {
  return { ...message, payload };
}

/** `2026-11-21T10.30.00-` and a UUID. */
function objectName({ timestamp }: FailureMessage): string {
  return `${timestamp.slice(0, 19).replaceAll(':', '.')}-${randomUUID()}`;
}
