export { ACCOUNT_ID, REGION } from './account.ts';
export { loadAssembly, type Assembly, type UnsupportedResource } from './assembly.ts';
export type { BucketResource } from './bucket-resource.ts';
export type { EventSourceMappingResource } from './event-source-mapping-resource.ts';
export type { StreamResource } from './stream-resource.ts';
export type { TableResource } from './table-resource.ts';
export type { FunctionResource } from './function-resource.ts';
export { tableStreamArn } from './resource-identity.ts';
