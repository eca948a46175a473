import { listAt, objectAt, textAt, type JsonObject } from './json.ts';

/** A function that is called every so often. */
export interface ScheduleResource {
  readonly logicalId: string;
  readonly functionArn: string;
  readonly everyMs: number;
  readonly input: unknown;
}

const RATE = /^rate\((\d+) (minute|hour|day)s?\)$/;
const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * The schedules of an EventBridge rule.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 * @returns one for each target, or what about the rule is not supported
 */
export function schedulesOf(logicalId: string, properties: JsonObject): readonly ScheduleResource[] | string {
  const expression = textAt(properties, 'ScheduleExpression');
  const [, amount, unit = ''] = RATE.exec(expression ?? '') ?? [];
  const unitMs = UNIT_MS[unit];
  if (amount === undefined || unitMs === undefined) {
    return expression === undefined ? 'reacts to events' : `schedule "${expression}"; only rate(…) runs`;
  }
  if (textAt(properties, 'State') === 'DISABLED') return [];
  return listAt(properties, 'Targets').map((target): ScheduleResource => {
    const { Arn, Input } = objectAt({ target }, 'target');
    return {
      logicalId,
      functionArn: String(Arn),
      everyMs: Number(amount) * unitMs,
      input: typeof Input === 'string' ? JSON.parse(Input) : {},
    };
  });
}
