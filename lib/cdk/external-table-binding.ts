import type { ITable, Table, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { DefinitionError } from '../model/index.ts';

/** Where exact optional property types are on, the CDK's `Table` is no `ITable`. */
export type ExternalTableBinding = ITable | Table | TableV2;

/**
 * The tables a pipeline looks up, by the names it has for them.
 * @throws DefinitionError if one has no binding, or a binding no table
 */
export function requireTables(
  pipeline: string,
  tables: readonly string[],
  given: Readonly<Record<string, ExternalTableBinding | undefined>>,
): ReadonlyMap<string, ExternalTableBinding> {
  const unknown = Object.keys(given).find((name) => !tables.includes(name));
  if (unknown !== undefined) {
    const known = tables.length === 0 ? 'it looks up none' : `its tables are ${tables.join(', ')}`;
    throw new DefinitionError(
      `tables of pipeline "${pipeline}" bind "${unknown}", which is no table; ${known}`,
    );
  }
  return new Map(
    tables.map((name) => {
      const table = given[name];
      if (table !== undefined) return [name, table];
      throw new DefinitionError(
        `table "${name}" of pipeline "${pipeline}" is bound to nothing; bind it to the table that is to be looked up, for ` +
          `example tables: { ${name}: Table.fromTableName(this, 'Looked', '…') }`,
      );
    }),
  );
}

/** Lets a function read items by their keys, and nothing else. */
export function grantLookup(table: ExternalTableBinding, grantee: IGrantable): void {
  Grant.addToPrincipal({ grantee, actions: ['dynamodb:BatchGetItem'], resourceArns: [table.tableArn] });
  table.encryptionKey?.grantDecrypt(grantee);
}
