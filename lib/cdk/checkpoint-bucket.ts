import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** Where exact optional property types are on, the CDK's `Bucket` is no `IBucket`. */
export type CheckpointBucket = IBucket | Bucket;

/** Private, encrypted, reached over TLS only. It has no expiry: what is in it is the state. */
export function createCheckpointBucket(scope: Construct, id: string, removalPolicy: RemovalPolicy): Bucket {
  return new Bucket(scope, id, {
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    removalPolicy,
  });
}

/** What the journal store does with checkpoints, below the name of its table and nowhere else. */
export function grantCheckpointAccess(bucket: CheckpointBucket, journal: Table, stage: IGrantable): void {
  const own = `${journal.tableName}/*`;
  Grant.addToPrincipal({
    grantee: stage,
    actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
    resourceArns: [bucket.arnForObjects(own)],
  });
  Grant.addToPrincipal({
    grantee: stage,
    actions: ['s3:ListBucket'],
    resourceArns: [bucket.bucketArn],
    conditions: { StringLike: { 's3:prefix': own } },
  });
  bucket.encryptionKey?.grantEncryptDecrypt(stage);
}
