import { compareSequenceNumbers } from '../../model/sequence-number.ts';
import type { InvokeResult } from '../lambda/invoke-result.ts';
import type { Modes } from './modes.ts';
import { REPORT_BATCH_ITEM_FAILURES, type MappingParameters } from './parameters.ts';
import type { Batch } from './shard-state.ts';

/** What an invocation means for its batch. */
export type Outcome =
  | { readonly kind: 'succeeded'; readonly state: unknown }
  /** Everything before `from`, an index into the batch, succeeded. */
  | { readonly kind: 'partly-failed'; readonly from: number; readonly state: unknown }
  | {
      readonly kind: 'failed';
      readonly errorType: string;
      readonly message: string;
      /** Null if the function ended well and its response says that the batch failed. */
      readonly functionError: 'Unhandled' | null;
    }
  /** The function did not run: throttled, or the sandbox could not start. Never counted as a retry. */
  | { readonly kind: 'not-invoked'; readonly message: string };

/**
 * Reads a function's response as the event source mapping does.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export function outcomeOf(
  result: InvokeResult,
  batch: Batch,
  parameters: MappingParameters,
  modes: Modes,
): Outcome {
  switch (result.kind) {
    case 'not-invoked':
      return { kind: 'not-invoked', message: result.reason };
    case 'function-error':
      return {
        kind: 'failed',
        errorType: result.errorType,
        message: result.message,
        functionError: 'Unhandled',
      };
    case 'ok':
      return outcomeOfResponse(result.payload, batch, parameters, modes);
  }
}

function outcomeOfResponse(
  payload: string,
  batch: Batch,
  { functionResponseTypes, tumblingWindowSeconds }: MappingParameters,
  modes: Modes,
): Outcome {
  const reportsItems = functionResponseTypes.includes(REPORT_BATCH_ITEM_FAILURES);
  const hasWindow = tumblingWindowSeconds > 0;
  if (!reportsItems && !hasWindow) return { kind: 'succeeded', state: undefined };

  const response = parseResponse(payload);
  if (response === undefined) return malformed('a response that is not a JSON object');

  const isStateOptional = batch.purpose !== 'records' && modes.finalWithoutState === 'accepted';
  if (hasWindow && response['state'] === undefined && !isStateOptional) {
    return malformed('a response without "state", which a tumbling window needs');
  }
  const state = response['state'];
  if (!reportsItems) return { kind: 'succeeded', state };
  return outcomeOfItems(response['batchItemFailures'], batch, state, modes);
}

function outcomeOfItems(items: unknown, batch: Batch, state: unknown, modes: Modes): Outcome {
  if (items === undefined || items === null) return { kind: 'succeeded', state };
  if (!Array.isArray(items)) return malformed('"batchItemFailures" that is not a list');
  if (items.length === 0) return { kind: 'succeeded', state };

  const indexes = items.map((item: unknown) => indexOfItem(item, batch));
  const known = indexes.filter((index) => index !== -1);
  if (known.length === 0 || (known.length < indexes.length && modes.unknownItem === 'fail-batch')) {
    return malformed('"batchItemFailures" naming a record that is not in the batch');
  }
  return { kind: 'partly-failed', from: Math.min(...known), state };
}

/** Records of a batch are ascending, so the lowest index is the lowest sequence number. */
function indexOfItem(item: unknown, batch: Batch): number {
  const id = isRecord(item) ? item['itemIdentifier'] : undefined;
  if (typeof id !== 'string') return -1;
  return batch.records.findIndex((record) => compareSequenceNumbers(record.sequenceNumber, id) === 0);
}

/** Undefined for anything that is neither an object nor one of the ways to say nothing. */
function parseResponse(payload: string): Record<string, unknown> | undefined {
  if (payload.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return undefined;
  }
  if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return {};
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(what: string): Outcome {
  const message = `the function returned ${what}`;
  return { kind: 'failed', errorType: 'MalformedResponse', message, functionError: null };
}
