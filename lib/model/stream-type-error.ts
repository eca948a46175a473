/** What the compiler shows where a pipeline is wrong. */
export interface StreamTypeError<Message extends string> {
  readonly '~error': Message;
}
