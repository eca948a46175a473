import { messageOf, MillraceError, type SequenceNumber } from '../model/index.ts';
import type { UnpackedRecord } from './unpacked.ts';

/** User code failed on a record of a pipeline that halts on errors. The shard waits at this record. */
export class HaltError extends MillraceError {
  override readonly name = 'HaltError';
  readonly sequenceNumber: SequenceNumber;
  readonly operator: string;

  constructor(
    { sequenceNumber, subSequenceNumber }: Pick<UnpackedRecord, 'sequenceNumber' | 'subSequenceNumber'>,
    operator: string,
    cause: unknown,
  ) {
    const which = subSequenceNumber === undefined ? 'record' : `user record ${subSequenceNumber} of`;
    super(
      `operator "${operator}" failed on ${which} "${sequenceNumber}", and the pipeline halts on errors: ${messageOf(cause)}`,
      { code: 'MR3001', cause },
    );
    this.sequenceNumber = sequenceNumber;
    this.operator = operator;
  }
}
