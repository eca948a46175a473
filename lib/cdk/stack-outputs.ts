import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DefinitionError } from '../model/index.ts';
import { constructId } from './construct-id.ts';

/**
 * Outputs of the stack, by name.
 * @throws DefinitionError if something in the stack has such a name already */
export function addOutputs(scope: Construct, prefix: string, values: Readonly<Record<string, string>>): void {
  const stack = Stack.of(scope);
  for (const [name, value] of Object.entries(values)) {
    const id = `${prefix}${name}`;
    if (stack.node.tryFindChild(id) !== undefined) {
      throw new DefinitionError(
        `stack "${stack.stackName}" has something called "${id}" already; give "${scope.node.path}" an outputPrefix, ` +
          `for example '${constructId(scope.node.id)}'`,
      );
    }
    new CfnOutput(stack, id, { value });
  }
}
