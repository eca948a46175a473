import { ACCOUNT_ID, arnOf } from './account.ts';

/** The property that names a resource of each type that can be named. */
const NAME_PROPERTY: Readonly<Record<string, string>> = {
  'AWS::Kinesis::Stream': 'Name',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::S3::Bucket': 'BucketName',
};

export function namePropertyOf(type: string): string | undefined {
  return NAME_PROPERTY[type];
}

const BUCKET_NAME_LENGTH = 63;
const HASH_LENGTH = 8;

/** The name of a resource that was given none: it depends on the template only. */
export function generatedName(type: string, stackName: string, logicalId: string): string {
  const name = `${stackName}-${logicalId}`;
  return type === 'AWS::S3::Bucket' ? bucketName(name.toLowerCase()) : name;
}

/** The CDK's logical ids end with a hash, which tells cut names apart. */
function bucketName(name: string): string {
  if (name.length <= BUCKET_NAME_LENGTH) return name;
  return `${name.slice(0, BUCKET_NAME_LENGTH - HASH_LENGTH)}${name.slice(-HASH_LENGTH)}`;
}

/** The ARN a resource of this type and name would have here. */
export function arnOfResource(type: string, name: string): string {
  switch (type) {
    case 'AWS::Kinesis::Stream':
      return arnOf('kinesis', `stream/${name}`);
    case 'AWS::DynamoDB::Table':
    case 'AWS::DynamoDB::GlobalTable':
      return arnOf('dynamodb', `table/${name}`);
    case 'AWS::Lambda::Function':
      return arnOf('lambda', `function:${name}`);
    case 'AWS::IAM::Role':
      return `arn:aws:iam::${ACCOUNT_ID}:role/${name}`;
    case 'AWS::S3::Bucket':
      return `arn:aws:s3:::${name}`;
    default:
      return arnOf(type.split('::')[1]?.toLowerCase() ?? 'unknown', name);
  }
}

/** What the stream of a table is called until there is one. */
export function tableStreamArn(table: string): string {
  return `${arnOf('dynamodb', `table/${table}`)}/stream/local`;
}

/** What `Ref` gives of a resource. */
export function refOf(type: string, name: string): string {
  return type === 'AWS::SNS::Topic' ? arnOfResource(type, name) : name;
}

/** The number at the end is when AWS created the consumer. */
export function consumerArn(streamArn: string, consumer: string): string {
  return `${streamArn}/consumer/${consumer}:1`;
}

/** What `Fn::GetAtt` gives: exact for ARNs, a stable placeholder for the rest. */
export function attributeOf(type: string, name: string, attribute: string): string {
  const arn = arnOfResource(type, name);
  switch (attribute) {
    case 'Arn':
    case 'TopicArn':
      return arn;
    case 'StreamArn':
      return type.startsWith('AWS::DynamoDB::') ? tableStreamArn(name) : arn;
    case 'TableId':
    case 'QueueName':
      return name;
    default:
      return `${name}.${attribute}`;
  }
}
