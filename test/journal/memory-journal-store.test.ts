import { MemoryJournalStore } from '../../lib/testing/index.ts';
import { journalStoreContract } from './store-contract.ts';

journalStoreContract('the journal store in memory', async (slots) => new MemoryJournalStore(slots));
