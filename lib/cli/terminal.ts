/** Where a command prints to, and how it is told to end. */
export interface Terminal {
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  readonly interrupted: AbortSignal;
}
