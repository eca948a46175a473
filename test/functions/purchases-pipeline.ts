import { createHandler } from 'millrace/lambda';
import { purchases } from '../support/looked-up-orders.ts';

export const purchasesByRegion = purchases({ ttl: 1, missTtl: 1 });

export const handler = createHandler(purchasesByRegion);
