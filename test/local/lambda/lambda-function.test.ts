import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createFunction,
  type FunctionDefinition,
  type FunctionOptions,
  type InvokeResult,
  type LambdaFunction,
  type LogLine,
} from '../../../lib/local/lambda/index.ts';

describe('a function', () => {
  let codeDir: string | undefined;
  let fn: LambdaFunction | undefined;
  let lines: LogLine[] = [];

  afterEach(async () => {
    await fn?.close();
    if (codeDir !== undefined) rmSync(codeDir, { recursive: true });
    lines = [];
  });

  function deploy(
    code: string,
    definition: Partial<FunctionDefinition> = {},
    options: FunctionOptions = {},
    file = 'index.mjs',
  ): LambdaFunction {
    codeDir = mkdtempSync(join(tmpdir(), 'millrace-function-'));
    writeFileSync(join(codeDir, file), code);
    fn = createFunction(
      {
        name: 'counter',
        arn: 'arn:aws:lambda:us-east-1:000000000000:function:counter',
        handler: 'index.handler',
        codeDir,
        timeoutMs: 10_000,
        memoryMb: 128,
        environment: {},
        ...definition,
      },
      { onLog: (line) => lines.push(line), ...options },
    );
    return fn;
  }

  test('answers an event with what its handler returns, as JSON', async () => {
    const counter = deploy('export const handler = async (event) => ({ got: event });');

    expect(await counter.invoke({ a: [1, 'ü'] })).toEqual({ kind: 'ok', payload: '{"got":{"a":[1,"ü"]}}' });
  });

  test('answers null when its handler returns nothing', async () => {
    expect(await deploy('export const handler = async () => {};').invoke({})).toEqual({
      kind: 'ok',
      payload: 'null',
    });
  });

  test('may be a CommonJS module', async () => {
    const counter = deploy('exports.handler = async () => 1;', {}, {}, 'index.js');

    expect(await counter.invoke({})).toEqual({ kind: 'ok', payload: '1' });
  });

  test('finds the AWS SDK of the runtime, wherever its code lies, and nothing else', async () => {
    const counter = deploy(`export const handler = async (name) => {
      try {
        return Object.keys(await import(name)).includes('S3Client');
      } catch (error) {
        return error.code;
      }
    };`);

    expect(await counter.invoke('@aws-sdk/client-s3')).toEqual({ kind: 'ok', payload: 'true' });
    expect(await counter.invoke('dynalite')).toEqual({ kind: 'ok', payload: '"ERR_MODULE_NOT_FOUND"' });
  });

  test('keeps its memory between events', async () => {
    const counter = deploy('let n = 0; export const handler = async () => (n += 1);');

    await counter.invoke({});

    expect(await counter.invoke({})).toEqual({ kind: 'ok', payload: '2' });
  });

  test('sees its own variables and those of Lambda, and nothing of the process around it', async () => {
    process.env['MILLRACE_SECRET'] = 'secret';
    const counter = deploy('export const handler = async () => process.env;', {
      environment: { TABLE: 'counts' },
    });

    const result = await counter.invoke({});
    delete process.env['MILLRACE_SECRET'];

    const environment: Record<string, string> = JSON.parse(result.kind === 'ok' ? result.payload : '{}');
    expect(environment).toMatchObject({
      TABLE: 'counts',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_LAMBDA_FUNCTION_NAME: 'counter',
      _HANDLER: 'index.handler',
    });
    expect(environment).not.toHaveProperty('MILLRACE_SECRET');
    expect(environment).not.toHaveProperty('HOME');
  });

  test('is told its name, its request and the time it has left', async () => {
    const counter = deploy(`export const handler = async (event, context) => ({
      name: context.functionName, arn: context.invokedFunctionArn, id: typeof context.awsRequestId,
      hasTime: context.getRemainingTimeInMillis() > 1000 && context.getRemainingTimeInMillis() <= 10000,
    });`);

    const result = await counter.invoke({});

    expect(JSON.parse(result.kind === 'ok' ? result.payload : '{}')).toEqual({
      name: 'counter',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:counter',
      id: 'string',
      hasTime: true,
    });
  });

  test('that throws ends in a function error and goes on with the next event', async () => {
    const counter = deploy(`let n = 0; export const handler = async () => {
      n += 1;
      if (n === 1) throw new TypeError('bad event');
      return n;
    };`);

    const first = await counter.invoke({});
    const second = await counter.invoke({});

    expect(first).toEqual({ kind: 'function-error', errorType: 'TypeError', message: 'bad event' });
    expect(second).toEqual({ kind: 'ok', payload: '2' });
  });

  test('that takes too long is killed, and starts anew', async () => {
    const counter = deploy(
      'let n = 0; export const handler = async (wait) => { n += 1; if (wait) for (;;); return n; };',
      { timeoutMs: 700 },
    );

    const first = await counter.invoke(true);
    const second = await counter.invoke(false);

    expect(first).toEqual({
      kind: 'function-error',
      errorType: 'Sandbox.Timedout',
      message: 'Task timed out after 0.70 seconds',
    });
    expect(second).toEqual({ kind: 'ok', payload: '1' });
  });

  const exits = [
    ['process.exit(3)', 'Runtime exited with error: exit status 3'],
    ['process.exit(0)', 'Runtime exited without providing a reason'],
    ['process.kill(process.pid, "SIGKILL")', 'Runtime exited with error: signal: killed'],
    ['setTimeout(() => { throw new Error("stray"); }); await new Promise(() => {})', 'exit status 1'],
  ] as const;
  test.each(exits)('C28: whose process ends with %s ends in a function error', async (code, message) => {
    const result = await deploy(`export const handler = async () => { ${code} };`).invoke({});

    expect(result).toMatchObject({ kind: 'function-error', errorType: 'Runtime.ExitError' });
    expect(result).toHaveProperty('message', expect.stringContaining(message));
  });

  test('that runs out of memory ends in a function error', async () => {
    const hog =
      'export const handler = async () => { const all = []; for (;;) all.push(new Array(1e5).fill({})); };';

    const result = await deploy(hog, { memoryMb: 32 }).invoke({});

    expect(result).toMatchObject({ kind: 'function-error', errorType: 'Runtime.ExitError' });
  });

  const broken = [
    ['cannot be parsed', 'export const handler = (', 'index.handler'],
    ['throws while it loads', 'throw new Error("no table");', 'index.handler'],
    ['has no such export', 'export const other = 1;', 'index.handler'],
    ['does not exist', '', 'missing.handler'],
    ['takes a callback', 'export const handler = (event, context, done) => done();', 'index.handler'],
  ] as const;
  test.each(broken)('whose module %s was never invoked', async (_, code, handler) => {
    const result = await deploy(code, { handler }).invoke({});

    expect(result).toMatchObject({ kind: 'not-invoked' });
  });

  test('is not invoked with more than Lambda accepts', async () => {
    const result = await deploy('export const handler = async () => 1;').invoke('x'.repeat(6 * 1024 * 1024));

    expect(result).toMatchObject({ kind: 'not-invoked' });
  });

  test('is throttled beyond its concurrency', async () => {
    const counter = deploy('export const handler = async () => 1;', {}, { maxConcurrency: 1 });

    const results = await Promise.all([counter.invoke({}), counter.invoke({})]);

    expect(results.map(({ kind }) => kind)).toEqual(['ok', 'not-invoked']);
  });

  test('has its lines forwarded with the request they belong to', async () => {
    const counter = deploy(
      'export const handler = async (_, c) => { console.log("one\\ntwo"); return c.awsRequestId; };',
    );

    const result = await counter.invoke({});
    await counter.close();

    const requestId: unknown = JSON.parse(result.kind === 'ok' ? result.payload : '');
    expect(lines.map(({ text, stream }) => ({ text, stream }))).toEqual([
      { text: 'one', stream: 'stdout' },
      { text: 'two', stream: 'stdout' },
    ]);
    expect(requestId).toEqual(expect.any(String));
  });

  test('C56: uses two warm sandboxes in turn if asked to', async () => {
    const counter = deploy(
      'let n = 0; export const handler = async () => (n += 1);',
      {},
      { alternate: true },
    );

    const results: InvokeResult[] = [];
    for (let round = 0; round < 4; round += 1) results.push(await counter.invoke({}));

    expect(results.map((result) => result.kind === 'ok' && result.payload)).toEqual(['1', '1', '2', '2']);
  });

  test('whose sandbox is killed in mid-invocation ends in a function error', async () => {
    const counter = deploy(
      'export const handler = async () => { console.log("busy"); await new Promise(() => setTimeout(() => {}, 1e6)); };',
      {},
      { onLog: () => counter.sandboxes.forEach((sandbox) => sandbox.kill()) },
    );

    expect(await counter.invoke({})).toEqual({
      kind: 'function-error',
      errorType: 'Runtime.ExitError',
      message: 'Runtime exited with error: signal: killed',
    });
  });

  test('frozen in mid-invocation times out, and its zombie finishes its work once it is thawed', async () => {
    const counter = deploy(
      `import { writeFileSync } from 'node:fs';
      export const handler = async () => {
        console.log('busy');
        await new Promise((done) => setTimeout(done, 300));
        console.log('zombie wrote');
        return 1;
      };`,
      { timeoutMs: 1000 },
      {
        onLog: (line) => {
          lines.push(line);
          if (line.text === 'busy') counter.sandboxes[0]?.freeze();
        },
      },
    );

    const result = await counter.invoke({});
    const [zombie] = counter.sandboxes;
    const before = lines.map(({ text }) => text);
    zombie?.thaw();
    for (let polls = 0; polls < 500 && counter.sandboxes.length > 0; polls += 1) {
      await new Promise((done) => setTimeout(done, 10));
    }

    expect(result).toMatchObject({ kind: 'function-error', errorType: 'Sandbox.Timedout' });
    expect(before).toEqual(['busy']);
    expect(lines.map(({ text }) => text)).toEqual(['busy', 'zombie wrote']);
    expect(counter.sandboxes).toEqual([]);
  });
});
