import { ancestryOf, inputsOf, isLookup, isOperator, type Node, type SourceSpec } from '../dsl/index.ts';
import type { Looked } from '../joins/index.ts';
import { decodeControlRecord } from '../model/index.ts';
import type { StageGraph } from '../plan/index.ts';
import { decodeRecord } from './decode-record.ts';
import { statelessStep, type StatelessHost, type Step } from './stateless-step.ts';
import type { UnpackedRecord } from './unpacked.ts';

/** What tables outside have said of keys, by the table's name. */
export type Answers = ReadonlyMap<string, ReadonlyMap<string, Looked<unknown>>>;

/** Keys that tables outside have to be asked for, by the table's name. */
export type Questions = ReadonlyMap<string, ReadonlySet<string>>;

export const NO_ANSWERS: Answers = new Map();

/**
 * Finds out what records will ask tables for, before they are applied: it runs them through the steps that lead to
 * lookups, none of which has state, and stops where no answer is known yet. Nothing comes of it. Records are decoded anew
 * each time, so that a step which changes a value in place does so once in each run.
 */
export class LookupProbe {
  readonly #spec: SourceSpec<unknown>;
  readonly #accept: Step;
  #partitionKey = '';
  #answers = NO_ANSWERS;
  #questions = new Map<string, Set<string>>();

  private constructor(spec: SourceSpec<unknown>, compile: (host: StatelessHost) => Step) {
    this.#spec = spec;
    this.#accept = compile({
      partitionKey: () => this.#partitionKey,
      answerTo: (table, key) => this.#answerTo(table, key),
      refused: () => {},
      failed: () => {},
    });
  }

  /** `undefined` where a stage has no lookups. */
  static of(graph: StageGraph): LookupProbe | undefined {
    const { source, nodes } = graph;
    const lookups = nodes.filter(isLookup);
    if (source === undefined || lookups.length === 0) return undefined;
    return new LookupProbe(source.spec, (host) => compileTowards(lookups, graph, host));
  }

  /**
   * What the answers at hand leave to be asked. Where a lookup goes by what another has found, its keys come to light once
   * the other's are answered; so this is called until it finds nothing more.
   * @throws RetryableError if one of the answers is that there is none, and the batch has to come again
   */
  questionsOf(records: readonly UnpackedRecord[], answers: Answers): Questions {
    this.#answers = answers;
    this.#questions = new Map();
    for (const record of records) {
      if (decodeControlRecord(record.data) !== undefined) continue;
      const decoded = decodeRecord(this.#spec, record, record.text);
      if (decoded.kind !== 'event') continue;
      this.#partitionKey = record.partitionKey;
      this.#accept(decoded.event);
    }
    return this.#questions;
  }

  #answerTo(table: string, key: string): Looked<unknown> | undefined {
    const answer = this.#answers.get(table)?.get(key);
    if (answer !== undefined) return answer;
    const asked = this.#questions.get(table);
    if (asked === undefined) this.#questions.set(table, new Set([key]));
    else asked.add(key);
    return undefined;
  }
}

/** The steps of a stage that lead to one of these nodes, from its source on. */
function compileTowards(ends: readonly Node[], { source, nodes }: StageGraph, host: StatelessHost): Step {
  const wanted = new Set(ancestryOf(...ends));
  const steps = new Map<Node, Step>();
  for (const node of nodes.toReversed()) {
    if (!wanted.has(node) || isOperator(node) || node.kind === 'side') continue;
    const readers = nodes.flatMap((reader) =>
      inputsOf(reader).flatMap((input) => (input === node ? (steps.get(reader) ?? []) : [])),
    );
    steps.set(
      node,
      statelessStep(node, (event) => readers.forEach((step) => step(event)), host),
    );
  }
  return (source && steps.get(source)) ?? (() => {});
}
