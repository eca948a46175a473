import { DefinitionError } from '../../model/errors.ts';
import { ACCOUNT_ID, REGION } from './account.ts';
import { isObject, objectAt, textAt, type JsonObject } from './json.ts';
import { attributeOf, consumerArn, generatedName, namePropertyOf, refOf } from './resource-identity.ts';
import type { Stack } from './stacks.ts';

/** Works out a template's intrinsic functions, with names that depend on nothing but the template. */
export interface Resolver {
  /** @throws DefinitionError for an intrinsic function that isn't supported */
  resolve(value: unknown): unknown;
  /** `resolve`, for something that is an object. */
  properties(resource: JsonObject): JsonObject;
  nameOf(logicalId: string): string;
  /** Whether the condition of a resource or an output holds; true without one. */
  isWanted(resource: unknown): boolean;
}

/** @param importValue finds what another stack exports */
export function createResolver(stack: Stack, importValue: (exportName: string) => unknown): Resolver {
  const { template } = stack;
  const resources = objectAt(template, 'Resources');

  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve).filter((item) => item !== NO_VALUE);
    if (!isObject(value)) return value;
    const entries = Object.entries(value);
    const [single] = entries;
    if (entries.length === 1 && single !== undefined && isIntrinsic(single[0]))
      return call(single[0], single[1]);
    return Object.fromEntries(
      entries.map(([key, item]) => [key, resolve(item)] as const).filter(([, item]) => item !== NO_VALUE),
    );
  }

  function call(name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return ref(String(argument));
      case 'Fn::GetAtt':
        return getAtt(typeof argument === 'string' ? argument.split('.') : texts(argument));
      case 'Fn::Sub':
        return sub(argument);
      case 'Fn::If':
        return ifElse(argument);
      case 'Fn::ImportValue':
        return importValue(String(resolve(argument)));
    }
    const resolved = resolve(argument);
    const list = Array.isArray(resolved) ? resolved : [resolved];
    switch (name) {
      case 'Fn::Join':
        return texts(list[1]).join(String(list[0]));
      case 'Fn::Split':
        return String(list[1]).split(String(list[0]));
      case 'Fn::Select':
        return texts(list[1])[Number(list[0])];
      case 'Fn::FindInMap':
        return objectAt(objectAt(objectAt(template, 'Mappings'), String(list[0])), String(list[1]))[
          String(list[2])
        ];
      case 'Fn::GetAZs':
        return [`${REGION}a`, `${REGION}b`];
      case 'Fn::Base64':
        return Buffer.from(String(resolved)).toString('base64');
      case 'Fn::Equals':
        return JSON.stringify(list[0]) === JSON.stringify(list[1]);
      case 'Fn::And':
        return list.every(Boolean);
      case 'Fn::Or':
        return list.some(Boolean);
      case 'Fn::Not':
        return !list[0];
      case 'Condition':
        return holds(String(argument));
      default:
        throw new DefinitionError(
          `stack "${stack.name}" uses "${name}", which the local platform cannot work out`,
        );
    }
  }

  function ref(target: string): unknown {
    const pseudo = pseudoParameter(target, stack.name);
    if (pseudo !== undefined) return pseudo;
    if (isConsumer(target)) return ofConsumer(target, 'ConsumerARN');
    const type = textAt(resources[target], 'Type');
    if (type !== undefined) return refOf(type, nameOf(target));
    const parameter = objectAt(objectAt(template, 'Parameters'), target);
    if (parameter['Default'] !== undefined) return parameter['Default'];
    throw new DefinitionError(
      `"${target}" in stack "${stack.name}" is a parameter without a default; give it one`,
    );
  }

  function getAtt([logicalId = '', ...attribute]: readonly string[]): string {
    const type = textAt(resources[logicalId], 'Type');
    if (type === undefined) {
      throw new DefinitionError(
        `stack "${stack.name}" refers to "${logicalId}", which is not a resource of it`,
      );
    }
    if (isConsumer(logicalId)) return ofConsumer(logicalId, attribute.join('.'));
    return attributeOf(type, nameOf(logicalId), attribute.join('.'));
  }

  function isConsumer(logicalId: string): boolean {
    return textAt(resources[logicalId], 'Type') === 'AWS::Kinesis::StreamConsumer';
  }

  /** A consumer is known by its stream. */
  function ofConsumer(logicalId: string, attribute: string): string {
    const properties = objectAt(resources[logicalId], 'Properties');
    const streamArn = String(resolve(properties['StreamARN']));
    const name = String(resolve(properties['ConsumerName']));
    switch (attribute) {
      case 'ConsumerARN':
        return consumerArn(streamArn, name);
      case 'StreamARN':
        return streamArn;
      default:
        return name;
    }
  }

  function sub(argument: unknown): string {
    const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
    return String(text).replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal !== '') return `\${${name}}`;
      if (isObject(variables) && name in variables) return String(resolve(variables[name]));
      return String(name.includes('.') ? getAtt(name.split('.')) : ref(name));
    });
  }

  function ifElse(argument: unknown): unknown {
    const [condition, yes, no]: readonly unknown[] = Array.isArray(argument) ? argument : [];
    return resolve(holds(String(condition)) ? yes : no);
  }

  function holds(condition: string): boolean {
    return resolve(objectAt(template, 'Conditions')[condition]) === true;
  }

  function nameOf(logicalId: string): string {
    const resource = resources[logicalId];
    const type = textAt(resource, 'Type') ?? '';
    const property = namePropertyOf(type);
    const given = property === undefined ? undefined : objectAt(resource, 'Properties')[property];
    return given === undefined ? generatedName(type, stack.name, logicalId) : String(resolve(given));
  }

  return {
    resolve,
    nameOf,
    properties: (resource) => {
      const properties = resolve(objectAt(resource, 'Properties'));
      return isObject(properties) ? properties : {};
    },
    isWanted: (resource) => {
      const condition = textAt(resource, 'Condition');
      return condition === undefined || holds(condition);
    },
  };
}

const NO_VALUE = Symbol('AWS::NoValue');

function isIntrinsic(name: string): boolean {
  return name === 'Ref' || name === 'Condition' || name.startsWith('Fn::');
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html */
function pseudoParameter(name: string, stackName: string): unknown {
  switch (name) {
    case 'AWS::AccountId':
      return ACCOUNT_ID;
    case 'AWS::Region':
      return REGION;
    case 'AWS::Partition':
      return 'aws';
    case 'AWS::URLSuffix':
      return 'amazonaws.com';
    case 'AWS::StackName':
      return stackName;
    case 'AWS::StackId':
      return `arn:aws:cloudformation:${REGION}:${ACCOUNT_ID}:stack/${stackName}/local`;
    case 'AWS::NotificationARNs':
      return [];
    case 'AWS::NoValue':
      return NO_VALUE;
    default:
      return undefined;
  }
}
