import { messageOf, MillraceError, type SequenceNumber } from '../model/index.ts';

/** User code failed on a record of a pipeline that halts on errors. The shard waits at this record. */
export class HaltError extends MillraceError {
  override readonly name = 'HaltError';
  readonly sequenceNumber: SequenceNumber;
  readonly operator: string;

  constructor(sequenceNumber: SequenceNumber, operator: string, cause: unknown) {
    super(
      `operator "${operator}" failed on record "${sequenceNumber}", and the pipeline halts on errors: ${messageOf(cause)}`,
      { code: 'MR3001', cause },
    );
    this.sequenceNumber = sequenceNumber;
    this.operator = operator;
  }
}
