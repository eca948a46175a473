/** One line that keeps being rewritten on a terminal, or a line a step where output goes to a file. */
export class Progress {
  readonly #isTerminal = process.stderr.isTTY;
  readonly #startedAt = performance.now();
  readonly #said = new Set<string>();
  #last = '';

  /** A step is done, or begins. */
  step(text: string): void {
    this.#clear();
    process.stderr.write(`[${this.#seconds()} s] ${text}\n`);
  }

  /** As a step, unless just that has been said before. */
  once(text: string): void {
    if (this.#said.has(text)) return;
    this.#said.add(text);
    this.step(text);
  }

  /** How far the step is. Shown on a terminal only. */
  update(text: string): void {
    if (!this.#isTerminal || text === this.#last) return;
    this.#clear();
    process.stderr.write(`[${this.#seconds()} s] ${text}`);
    this.#last = text;
  }

  #clear(): void {
    if (this.#last !== '') process.stderr.write('\r\u001B[2K');
    this.#last = '';
  }

  #seconds(): string {
    return ((performance.now() - this.#startedAt) / 1000).toFixed(1).padStart(5);
  }
}
