import { MillraceError } from '../../model/index.ts';

/** An answer of the service that isn't success, with its HTTP status and the code in its body. */
export class S3Error extends MillraceError {
  override readonly name = 'S3Error';
  readonly status: number;
  override readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
