import { isObject } from '../../local/assembly/json.ts';
import { DefinitionError } from '../../model/index.ts';
import { FAULT_KINDS, type FaultKind } from './fault-switch.ts';
import { MISHAP_KINDS, type MishapKind } from './mishaps.ts';

/** What somebody does to a running app. */
export type Action =
  | {
      readonly kind: 'put-record';
      readonly source: string;
      readonly key: string;
      readonly text: string;
      readonly isRaw: boolean;
    }
  | { readonly kind: MishapKind }
  | { readonly kind: 'fault'; readonly fault: FaultKind }
  | { readonly kind: 'split-shard'; readonly stream: string }
  | { readonly kind: 'merge-shards'; readonly stream: string }
  | { readonly kind: 'traffic'; readonly perSecond: number };

const MAX_PER_SECOND = 2000;
const KINDS = ['put-record', ...MISHAP_KINDS, 'fault', 'split-shard', 'merge-shards', 'traffic'];

/** @throws DefinitionError with what is wrong, as a sentence for the person who asked */
export function parseAction(body: unknown): Action {
  if (!isObject(body)) throw new DefinitionError('the request is no JSON object with a "kind"');
  const { kind } = body;
  switch (kind) {
    case 'put-record':
      return recordOf(
        textOf(body, 'source'),
        textOf(body, 'key'),
        textOf(body, 'text'),
        body['isRaw'] === true,
      );
    case 'kill-sandbox':
    case 'freeze-sandbox':
    case 'drop-response':
    case 'repeat-batch':
    case 'repeat-recut':
      return { kind };
    case 'fault':
      return { kind, fault: faultOf(body['fault']) };
    case 'split-shard':
    case 'merge-shards':
      return { kind, stream: textOf(body, 'stream') };
    case 'traffic':
      return { kind, perSecond: rateOf(body['perSecond']) };
    default:
      throw new DefinitionError(`kind is "${String(kind)}"; use one of "${KINDS.join('", "')}"`);
  }
}

const MAX_KEY_LENGTH = 256;

function recordOf(source: string, key: string, text: string, isRaw: boolean): Action {
  if (key === '' || key.length > MAX_KEY_LENGTH) {
    throw new DefinitionError(
      `the partition key has ${key.length} characters; it must have 1 to ${MAX_KEY_LENGTH}`,
    );
  }
  if (!isRaw) requireJson(text);
  return { kind: 'put-record', source, key, text, isRaw };
}

function requireJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DefinitionError(`the record is no JSON: ${why}; correct it, or send it as it is`, {
      cause: error,
    });
  }
}

function faultOf(value: unknown): FaultKind {
  const found = FAULT_KINDS.find((kind) => kind === value);
  if (found !== undefined) return found;
  throw new DefinitionError(`fault is "${String(value)}"; use one of "${FAULT_KINDS.join('", "')}"`);
}

function rateOf(value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= MAX_PER_SECOND) return value;
  throw new DefinitionError(
    `perSecond is "${String(value)}"; it must be a number from 0 to ${MAX_PER_SECOND}`,
  );
}

function textOf(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name];
  if (typeof value === 'string') return value;
  throw new DefinitionError(`"${name}" is missing; it must be a text`);
}
