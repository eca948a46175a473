export type { FunctionDefinition, LogLine } from './function-definition.ts';
export type { InvokeResult } from './invoke-result.ts';
export { createFunction, type FunctionOptions, type LambdaFunction } from './lambda-function.ts';
export type { Sandbox } from './sandbox.ts';
