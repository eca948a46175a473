import { afterAll, beforeAll, describe } from '@jest/globals';
import { Clients } from './clients.ts';
import { conditionContract } from './condition-contract.ts';
import { streamContract } from './stream-contract.ts';
import { streamReplayContract } from './stream-replay-contract.ts';
import { tableContract } from './table-contract.ts';
import { transactionContract } from './transaction-contract.ts';

export interface StartedEndpoint {
  readonly url: string;
  close(): Promise<void>;
}

/** What this project needs of a DynamoDB endpoint, whichever it is. */
export function dynamoDbContract(name: string, startEndpoint: () => Promise<StartedEndpoint>): void {
  describe(`DynamoDB contract: ${name}`, () => {
    let endpoint: StartedEndpoint;
    let clients: Clients;

    beforeAll(async () => {
      endpoint = await startEndpoint();
      clients = new Clients(endpoint.url);
    });

    afterAll(async () => {
      await clients.removeTables();
      clients.destroy();
      await endpoint.close();
    });

    tableContract(() => clients);
    conditionContract(() => clients);
    streamContract(() => clients);
    transactionContract(() => clients);
    streamReplayContract(() => clients);
  });
}
