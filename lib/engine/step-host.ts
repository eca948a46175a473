import type { LateEvent } from '../model/index.ts';
import type { Edge } from '../plan/index.ts';
import type { TaskState } from './state.ts';
import type { StatelessHost, Step } from './stateless-step.ts';

/** What the compiled steps need from the task that runs them. */
export interface StepHost extends StatelessHost {
  readonly state: TaskState;
  /** Takes what reaches an output. */
  reaching(sink: string): Step;
  /** Takes what is needed in another stage. */
  sending(edge: Edge): Step;
  /** Below which nothing more is expected of this key, if that is beyond the watermark of the stage; else `-Infinity`. */
  readonly floorFor: (key: string | undefined) => number;
  /** A late value that no output takes. */
  late(operator: string, event: LateEvent): void;
}
