import { parseArgs } from 'node:util';
import { DefinitionError } from '../model/index.ts';
import { describeDiff, describePlan, diffPlans, isUpgradable, mermaidOf } from '../plan/index.ts';
import { readPlans, type StoredPlans } from './stored-plans.ts';

export const PLAN_USAGE = `usage: millrace plan [--mermaid | --json] [--app cdk.out] [--diff DEPLOYED]

  --app DIR        the folder cdk synth wrote (default cdk.out), or a file from millrace plan --json
  --mermaid        as a Mermaid flowchart
  --json           as JSON, which --diff reads
  --diff DEPLOYED  what an upgrade from DEPLOYED does with stored state: a folder or a file as above, or what
                   aws cloudformation get-template prints of the stack, as a file or, by -, from standard input; exit
                   code 1 if the functions would refuse it, or some would be lost`;

/**
 * Prints the plans of an app.
 * @returns the exit code: 1 if an upgrade would be refused, or would lose state that isn't to be forgotten
 */
export function planCommand(args: readonly string[], print: (text: string) => void): number {
  const { values } = parseArgs({
    args: [...args],
    options: {
      app: { type: 'string', default: 'cdk.out' },
      mermaid: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      diff: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    print(PLAN_USAGE);
    return 0;
  }
  const plans = readPlans(values.app);
  if (values.diff !== undefined) return printDiffs(readPlans(values.diff), plans, print);
  if (values.json) print(JSON.stringify(plans, undefined, 2));
  else if (values.mermaid) print(Object.values(plans).map(mermaidOf).join('\n').trimEnd());
  else print(Object.values(plans).map(describePlan).join('\n\n'));
  return 0;
}

function printDiffs(deployed: StoredPlans, plans: StoredPlans, print: (text: string) => void): number {
  const common = Object.entries(plans).filter(([path]) => deployed[path] !== undefined);
  if (common.length === 0) {
    throw new DefinitionError(
      `no pipeline is in both: deployed are "${Object.keys(deployed).join('", "')}", next are ` +
        `"${Object.keys(plans).join('", "')}"; the path of a construct must stay the same`,
    );
  }
  const diffs = common.flatMap(([path, next]) => {
    const before = deployed[path];
    return before === undefined ? [] : [diffPlans(before, next)];
  });
  const isNew = Object.keys(plans).filter((path) => deployed[path] === undefined);
  const isGone = Object.keys(deployed).filter((path) => plans[path] === undefined);
  print(
    [
      ...diffs.map(describeDiff),
      ...isNew.map((path) => `${path} is new and begins without state`),
      ...isGone.map((path) => `${path} is gone; whether its tables stay is up to its removal policy`),
    ].join('\n\n'),
  );
  return diffs.every(isUpgradable) ? 0 : 1;
}
