export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';

export function tableArn(table: string): string {
  return `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${table}`;
}

export function streamArn(table: string, label: string): string {
  return `${tableArn(table)}/stream/${label}`;
}

/** The table of a table's, a stream's or an index's ARN. */
export function tableOfArn(arn: string): string | undefined {
  return arn.split('/').at(1);
}
