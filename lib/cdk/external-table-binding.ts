import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { DefinitionError } from '../model/index.ts';

/**
 * The tables a pipeline looks up, by the names it has for them.
 * @throws DefinitionError if one has no binding, or a binding no table
 */
export function requireTables(
  pipeline: string,
  tables: readonly string[],
  given: Readonly<Record<string, ITable | undefined>>,
): ReadonlyMap<string, ITable> {
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
export function grantLookup(table: ITable, grantee: IGrantable): void {
  table.grant(grantee, 'dynamodb:BatchGetItem');
  table.encryptionKey?.grantDecrypt(grantee);
}
