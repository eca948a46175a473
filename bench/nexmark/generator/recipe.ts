import type { Random } from './random.ts';
import type { GeneratorSettings, Proportions } from './settings.ts';
import type { ExactText } from './strings.ts';
import type { Timeline } from './timeline.ts';

/** What records are made from. */
export interface Recipe {
  readonly random: Random;
  readonly exact: ExactText;
  readonly timeline: Timeline;
  readonly settings: GeneratorSettings;
  readonly proportions: Proportions;
}
