import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../lib/cli/index.ts';
import { describePlan, type Plan } from '../../lib/plan/index.ts';
import { perMinutePlan } from '../plan/orders-pipelines.ts';

async function run(...args: readonly string[]): Promise<{ code: number; out: string; errors: string }> {
  const [out, errors]: [string[], string[]] = [[], []];
  const terminal = {
    print: (text: string) => void out.push(text),
    printError: (text: string) => void errors.push(text),
    interrupted: new AbortController().signal,
  };
  const code = await main(args, terminal);
  return { code, out: out.join('\n'), errors: errors.join('\n') };
}

describe('millrace plan', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-plan-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A synthesised app with one pipeline. */
  function assemblyOf(plan: Plan): string {
    const properties = { templateFile: 'App.template.json', stackName: 'App' };
    const artifacts = { App: { type: 'aws:cloudformation:stack', properties } };
    const template = { Metadata: { 'Millrace:App/Orders': plan }, Resources: {} };
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ artifacts }));
    writeFileSync(join(folder, 'App.template.json'), JSON.stringify(template));
    return folder;
  }

  function fileOf(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  test('prints the plan that is in the synthesised app', async () => {
    const { code, out } = await run('plan', '--app', assemblyOf(perMinutePlan()));

    expect({ code, out }).toEqual({ code: 0, out: describePlan(perMinutePlan()) });
  });

  test('prints JSON by which a later version is compared', async () => {
    const app = assemblyOf(perMinutePlan());
    const { out } = await run('plan', '--app', app, '--json');
    const deployed = fileOf('plan.json', out);
    assemblyOf(perMinutePlan({ size: '1 hour' }));

    const same = await run('plan', '--app', deployed, '--diff', deployed);
    const changed = await run('plan', '--app', app, '--diff', deployed);

    expect(JSON.parse(out)).toEqual({ 'App/Orders': perMinutePlan() });
    expect(same.code).toBe(0);
    expect(changed.code).toBe(1);
    expect(changed.out).toContain('can not be deployed over what is stored');
  });

  test('compares with the stack that is deployed, as CloudFormation tells it', async () => {
    const app = assemblyOf(perMinutePlan({ size: '1 hour' }));
    const template = { Metadata: { 'Millrace:App/Orders': perMinutePlan() }, Resources: {} };
    const deployed = fileOf('deployed.json', JSON.stringify({ TemplateBody: template, StagesAvailable: [] }));
    const yaml = fileOf('yaml.json', JSON.stringify({ TemplateBody: 'Resources: {}' }));

    const { code, out } = await run('plan', '--app', app, '--diff', deployed);
    const refused = await run('plan', '--app', app, '--diff', yaml);

    expect(code).toBe(1);
    expect(out).toContain('can not be deployed over what is stored');
    expect(refused.errors).toContain('the template of the deployed stack is not JSON');
  });

  test('says what is missing where there is no plan', async () => {
    const empty = fileOf('empty.json', '{}');

    const { code, errors } = await run('plan', '--app', empty);

    expect(code).toBe(2);
    expect(errors).toBe(
      `"${empty}" holds no plan; give the folder cdk synth wrote for an app with a StreamPipeline, a file from ` +
        'millrace plan --json, or what aws cloudformation get-template prints',
    );
  });

  test('refuses a command it does not have', async () => {
    const { code, errors } = await run('plna');

    expect(code).toBe(2);
    expect(errors).toContain('there is no command "plna"');
  });
});
