import { DefinitionError } from 'millrace';
import { parseArgs } from 'node:util';
import { runDemo } from './run-demo.ts';

const USAGE = `usage: npm start -- [--kill-every N] [--all] [--json]

  --kill-every N  kill the handler's process in the middle of every N-th batch
  --all           print every result, not only those with the largest magnitude
  --json          print one JSON object instead of text`;

// The functions are deployed on a newer Node; here the newcomer's may be the oldest the SDK still supports.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const { values } = parseArgs({
  options: {
    'kill-every': { type: 'string' },
    all: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(USAGE);
} else {
  const killEvery = values['kill-every'] === undefined ? undefined : Number(values['kill-every']);
  if (killEvery !== undefined && !(Number.isSafeInteger(killEvery) && killEvery > 1)) {
    throw new RangeError(
      `--kill-every is "${values['kill-every']}"; it must be a whole number from 2, for example 3`,
    );
  }
  try {
    const isExact = await runDemo({ killEvery, showsAll: values.all, printsJson: values.json });
    process.exitCode = isExact ? 0 : 1;
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
