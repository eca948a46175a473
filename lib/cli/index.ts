export type { CheckResult, CheckView, Companion, TrafficRecord } from './dashboard/companion.ts';
export type { ResultRow, Shown } from './dashboard/result-rows.ts';
export type { LogRecord, ShardLog } from './dashboard/stream-log.ts';
export { main } from './main.ts';
export type { Terminal } from './terminal.ts';
