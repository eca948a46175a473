import { Stack } from 'aws-cdk-lib';
import { CfnGlobalTable, CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { DefinitionError } from '../model/index.ts';
import type { StagePlan } from '../plan/index.ts';
import type { ExternalTableBinding } from './external-table-binding.ts';
import { refusedDistribution } from './source-stream.ts';

/** What a stage reads: a stream, or the changes of a table. */
export interface StageSource {
  readonly arn: string;
  /** The Kinesis stream, where it is one: others can put into it. */
  readonly stream: IStream | undefined;
  readonly grantRead: (grantee: IGrantable) => void;
  /** What about it a stage can't do with, as far as the app says. */
  readonly refused: () => readonly string[];
}

export function streamSource(stream: IStream): StageSource {
  return {
    arn: stream.streamArn,
    stream,
    grantRead: (grantee) => stream.grantRead(grantee),
    refused: () => refusedDistribution(stream),
  };
}

const NEEDED_VIEW = 'NEW_AND_OLD_IMAGES';

export function tableSource(name: string, table: ExternalTableBinding): StageSource {
  const { tableStreamArn: arn } = table;
  const fix =
    `give it stream: StreamViewType.${NEEDED_VIEW}, or, where it is imported, its stream: ` +
    'Table.fromTableAttributes(…, { tableStreamArn })';
  if (arn === undefined) {
    throw new DefinitionError(
      `the table of source "${name}" has no stream, and its changes are read from it; ${fix}`,
    );
  }
  return {
    arn,
    stream: undefined,
    grantRead: (grantee) => table.grantStreamRead(grantee),
    refused: () => {
      const view = viewOf(table);
      return view === undefined || view === NEEDED_VIEW
        ? []
        : [`the stream of table "${table.node.path}" has ${view}, and changes have both images; ${fix}`];
    },
  };
}

/** `undefined` where the app doesn't say. */
function viewOf({ node: { defaultChild: resource } }: ExternalTableBinding): string | undefined {
  if (!(resource instanceof CfnTable || resource instanceof CfnGlobalTable)) return undefined;
  const specification: unknown = Stack.of(resource).resolve(resource.streamSpecification);
  const view: unknown = Object(specification).streamViewType;
  return typeof view === 'string' ? view : undefined;
}

/**
 * The tables whose changes a pipeline reads, by the names of their sources.
 * @throws DefinitionError if one has no binding, or a binding belongs to something else
 */
export function requireChanges(
  pipeline: string,
  stages: readonly StagePlan[],
  {
    changes,
    streams,
  }: {
    readonly changes: Readonly<Record<string, ExternalTableBinding | undefined>>;
    readonly streams: Readonly<Record<string, IStream | undefined>>;
  },
): ReadonlyMap<string, StageSource> {
  const names = stages.flatMap(({ input }) =>
    input.kind === 'source' && input.of === 'table' ? [input.source] : [],
  );
  const unknown = Object.keys(changes).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const known = names.length === 0 ? 'it reads the changes of none' : `those are ${names.join(', ')}`;
    throw new DefinitionError(
      `changes of pipeline "${pipeline}" bind "${unknown}", which is no source made by changesOf(…); ${known}`,
    );
  }
  const misplaced = names.find((name) => streams[name] !== undefined);
  if (misplaced !== undefined) {
    throw new DefinitionError(
      `sources of pipeline "${pipeline}" bind "${misplaced}" to a stream, and it reads the changes of a table; bind it in ` +
        `changes: { ${misplaced}: table }`,
    );
  }
  return new Map(
    names.map((name) => {
      const table = changes[name];
      if (table !== undefined) return [name, tableSource(name, table)];
      throw new DefinitionError(
        `source "${name}" of pipeline "${pipeline}" is bound to nothing; bind it to the table whose changes it reads, for ` +
          `example changes: { ${name}: table }`,
      );
    }),
  );
}
