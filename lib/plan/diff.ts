import type { OperatorPlan, Plan, StagePlan } from './plan.ts';

/**
 * What becomes of the stored state of one operator when a new plan is deployed over an old one. State lies with the
 * stage that wrote it, under the operator's id, and can be read as long as its shape is known.
 */
export type StateChange = { readonly stage: string; readonly operator: string } & (
  | { readonly kind: 'keeps' }
  | { readonly kind: 'migrates'; readonly from: string; readonly to: string }
  /** The functions would refuse to run on it; nothing would be touched. */
  | { readonly kind: 'refuses'; readonly from: string; readonly to: string | undefined; readonly fix: string }
  /** Named in `forgets`. */
  | { readonly kind: 'drops' }
  /** There is none yet. */
  | { readonly kind: 'begins' }
  /** Its stage is gone, with what was on the way to it, and the pipeline doesn't say that it is to be. */
  | { readonly kind: 'loses'; readonly fix: string }
  /** The pipeline has another name: the state stays in the journal and nobody reads it. */
  | { readonly kind: 'leaves' }
);

export interface PlanDiff {
  readonly pipeline: string;
  /** The name the pipeline had, if it has another one now: state is stored under it. */
  readonly renamedFrom?: string;
  readonly changes: readonly StateChange[];
}

/** Says for each operator's state what the upgrade does with it, by the rules by which the journal does it. */
export function diffPlans(deployed: Plan, next: Plan): PlanDiff {
  const { pipeline } = next;
  if (deployed.pipeline !== pipeline) {
    const changes = [
      ...deployed.stages.flatMap((stage) => allOf(stage, 'leaves')),
      ...next.stages.flatMap((stage) => allOf(stage, 'begins')),
    ];
    return { pipeline, renamedFrom: deployed.pipeline, changes };
  }
  const gone = deployed.stages.filter(({ id }) => !next.stages.some((stage) => stage.id === id));
  return {
    pipeline,
    changes: [
      ...gone.flatMap((stage) => lossesOf(stage, next)),
      ...next.stages.flatMap((stage) => changesOf(stage, deployed, next)),
    ],
  };
}

/** Whether what is deployed next can run on what is stored, and loses nothing of it that isn't named in `forgets`. */
export function isUpgradable({ changes }: PlanDiff): boolean {
  return changes.every(({ kind }) => kind !== 'refuses' && kind !== 'loses');
}

function allOf({ id, operators }: StagePlan, kind: 'begins' | 'leaves'): readonly StateChange[] {
  return operators.map((operator) => ({ stage: id, operator: operator.id, kind }));
}

function lossesOf({ id: stage, operators }: StagePlan, next: Plan): readonly StateChange[] {
  return operators.map(({ id: operator }) => ({ stage, operator, ...lossOf(operator, next) }));
}

function lossOf(id: string, next: Plan): Change {
  if (next.forgets?.includes(id) === true) return { kind: 'drops' };
  const home = stageWith(id, next);
  const fix =
    home === undefined
      ? 'bring it back, or name it in "forgets" to drop its state'
      : `it runs in stage "${home.id}" now, and state does not move; key it as before and give new operators behind that ` +
        'key ids that come after it, or give it a new id and name the old one in "forgets"';
  return { kind: 'loses', fix };
}

function stageWith(operator: string, { stages }: Plan): StagePlan | undefined {
  return stages.find(({ operators }) => operators.some(({ id }) => id === operator));
}

function changesOf(stage: StagePlan, deployed: Plan, next: Plan): readonly StateChange[] {
  const before = deployed.stages.find(({ id }) => id === stage.id)?.operators ?? [];
  const removed = before.filter(({ id }) => !stage.operators.some((operator) => operator.id === id));
  return [
    ...stage.operators.map((operator) => {
      const stored = before.find(({ id }) => id === operator.id);
      return { stage: stage.id, operator: operator.id, ...changeOf(operator, stored) };
    }),
    ...removed.map((stored) => ({ stage: stage.id, operator: stored.id, ...removalOf(stored, next) })),
  ];
}

type Change<T = StateChange> = T extends StateChange ? Omit<T, 'stage' | 'operator'> : never;

function changeOf({ shape, migratesFrom = [] }: OperatorPlan, stored: OperatorPlan | undefined): Change {
  if (stored === undefined) return { kind: 'begins' };
  if (stored.shape === shape) return { kind: 'keeps' };
  if (migratesFrom.includes(stored.shape)) return { kind: 'migrates', from: stored.shape, to: shape };
  const fix =
    'bring the old definition back, say in the new one how its state is read (earlier(…) for aggregates, migrate for ' +
    'process), or give the operator a new id and name the old one in "forgets"';
  return { kind: 'refuses', from: stored.shape, to: shape, fix };
}

function removalOf({ id, shape }: OperatorPlan, next: Plan): Change {
  if (next.forgets?.includes(id) === true) return { kind: 'drops' };
  const home = stageWith(id, next);
  const fix =
    home === undefined
      ? 'bring it back, or name it in "forgets" to drop its state'
      : `it runs in stage "${home.id}" now, and state does not move; key it as before, or give it a new id and name ` +
        'the old one in "forgets"';
  return { kind: 'refuses', from: shape, to: undefined, fix };
}

/** The changes as text a person reads before deploying. */
export function describeDiff(diff: PlanDiff): string {
  const { pipeline, renamedFrom, changes } = diff;
  const renamed =
    renamedFrom === undefined
      ? []
      : [`  was called ${renamedFrom}: what is stored under that name is not read`];
  const verdict = changes.some(({ kind }) => kind === 'refuses')
    ? 'can not be deployed over what is stored: the functions would refuse to run'
    : isUpgradable(diff)
      ? 'can be deployed over what is stored'
      : 'must not be deployed over what is stored: some of it would be lost';
  return [`pipeline ${pipeline} ${verdict}`, ...renamed, ...changes.map(describeChange)].join('\n');
}

function describeChange(change: StateChange): string {
  const subject = `${change.kind.padEnd(8)}  ${change.stage}/${change.operator}`;
  switch (change.kind) {
    case 'keeps':
      return `  ${subject}: its state as it is`;
    case 'migrates':
      return `  ${subject}: its state, read from "${change.from}" as "${change.to}"`;
    case 'refuses':
      return [
        `  ${subject}: its state is "${change.from}", and ${change.to === undefined ? 'nothing here reads it' : `it is now "${change.to}"`}`,
        `            ${change.fix}`,
      ].join('\n');
    case 'loses':
      return [
        `  ${subject}: its state, windows that are open, and records on the way to it`,
        `            ${change.fix}`,
      ].join('\n');
    case 'drops':
      return `  ${subject}: its state, as "forgets" says`;
    case 'begins':
      return `  ${subject}: without state`;
    case 'leaves':
      return `  ${subject}: its state stays behind in the journal, and nothing reads it`;
  }
}
