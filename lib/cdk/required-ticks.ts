import type { Duration } from 'aws-cdk-lib';
import { DefinitionError } from '../model/index.ts';
import type { Plan, StagePlan } from '../plan/index.ts';

/**
 * What a stage holds back to send it together is sent by a tick when its stream falls silent: after half of `idleAfter`, and
 * before the stages behind wait for it no longer.
 * @param tickOf how often the stream of a stage gets a tick, if it gets any
 * @throws DefinitionError if ticks come too rarely for that
 */
export function requireTicks(
  { pipeline, stages }: Plan,
  tickOf: (stage: StagePlan) => Duration | undefined,
): void {
  const idleAfterMs = Math.min(...stages.map(({ time }) => time.idleAfterMs));
  for (const stage of stages) {
    if (!stage.operators.some(({ kind }) => kind === 'combiner')) continue;
    const tick = tickOf(stage);
    if (tick === undefined) {
      throw new DefinitionError(
        `stage "${stage.id}" of pipeline "${pipeline}" combines events, and its stream gets no ticks to say when they have ` +
          "waited long enough; give tick, and tickSources: true for a stream of yours, or leave combine: 'auto' out",
      );
    }
    if (tick.isUnresolved() || 2 * tick.toMilliseconds() < idleAfterMs) continue;
    throw new DefinitionError(
      `stage "${stage.id}" of pipeline "${pipeline}" combines events, and ticks every ${tick.toSeconds()} seconds are too ` +
        `rare for idleAfter "${idleAfterMs / 1000} seconds" to be kept; let idleAfter of each source be more than twice as ` +
        "long as tick, for example '3 minutes', or leave combine: 'auto' out",
    );
  }
}
