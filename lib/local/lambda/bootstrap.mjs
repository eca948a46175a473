/**
 * The runtime inside a sandbox: loads the handler, then asks for one event after another.
 * It ends itself when the Runtime API is gone, so that it never outlives the process that started it.
 */
import { existsSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { register } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, _HANDLER } = process.env;
const API = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const agent = new Agent({ keepAlive: true });

register('./runtime-modules.mjs', import.meta.url);

/** Standard input is a pipe from the parent: it closes when the parent dies, however it died. */
process.stdin.on('close', () => process.exit(1)).resume();
process.on('SIGINT', () => {});

try {
  const handler = await loadHandler();
  for (;;) await serveOne(handler);
} catch (error) {
  await call('POST', '/init/error', JSON.stringify(described(error)));
  process.exit(1);
}

async function serveOne(handler) {
  const { headers, body } = await call('GET', '/invocation/next');
  const requestId = headers['lambda-runtime-aws-request-id'];
  let answer;
  try {
    const result = await handler(JSON.parse(body), contextOf(headers, requestId));
    answer = [`/invocation/${requestId}/response`, JSON.stringify(result) ?? 'null'];
  } catch (error) {
    console.error(error);
    answer = [`/invocation/${requestId}/error`, JSON.stringify(described(error))];
  }
  await call('POST', ...answer);
}

function contextOf(headers, awsRequestId) {
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
  return {
    awsRequestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}

/** `folder/index.handler` is the export `handler` of `folder/index.mjs`, `.js` or `.cjs`. */
async function loadHandler() {
  const folder = join(LAMBDA_TASK_ROOT, dirname(_HANDLER));
  const [moduleName, ...exportPath] = basename(_HANDLER).split('.');
  const file = ['.mjs', '.js', '.cjs'].map((end) => join(folder, moduleName + end)).find(existsSync);
  if (file === undefined)
    throw named('Runtime.ImportModuleError', `no module "${moduleName}" in "${folder}"`);
  const namespace = await import(pathToFileURL(file).href);
  const handler = exported(namespace, exportPath) ?? exported(namespace.default, exportPath);
  if (typeof handler !== 'function') {
    throw named('Runtime.HandlerNotFound', `"${_HANDLER}" is not a function exported by "${file}"`);
  }
  if (handler.length > 2) {
    throw named(
      'Runtime.CallbackHandlerDeprecated',
      `"${_HANDLER}" takes a callback; return a promise instead`,
    );
  }
  return handler;
}

function exported(value, path) {
  return path.reduce((part, name) => part?.[name], value);
}

function named(name, message) {
  return Object.assign(new Error(message), { name });
}

function described(error) {
  if (!(error instanceof Error)) return { errorType: 'Error', errorMessage: String(error), stackTrace: [] };
  return { errorType: error.name, errorMessage: error.message, stackTrace: error.stack?.split('\n') ?? [] };
}

function call(method, path, body) {
  return new Promise((resolve) => {
    const outgoing = request(API + path, { method, agent }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
      response.on('error', () => process.exit(1));
    });
    outgoing.on('error', () => process.exit(1));
    outgoing.end(body);
  });
}
