export { beamEvents, flinkEvents, jsonLines } from './events.ts';
export {
  type BeamSettings,
  beamSettings,
  type FlinkSettings,
  flinkSettings,
  type GeneratorSettings,
  type Proportions,
  split,
} from './settings.ts';
