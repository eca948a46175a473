export { MemoryJournalStore } from './memory-journal-store.ts';
export { MemorySinks, type SinkChange } from './memory-sinks.ts';
export { MemoryStream } from './memory-stream.ts';
