export interface BucketResource {
  readonly logicalId: string;
  readonly name: string;
}
