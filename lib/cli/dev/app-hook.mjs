/**
 * Loaded into a CDK app's process before the app. When the CDK's command line runs the app, it writes down how, and what
 * the app has loaded. In a process that is to run the app later, it loads that in advance and waits.
 */
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { sep } from 'node:path';

const require = createRequire(import.meta.url);
const { MILLRACE_APP_RECORD: record, MILLRACE_APP_MODULES: modules, CDK_OUTDIR: outDir } = process.env;
const isPackage = (path) => path.includes(`${sep}node_modules${sep}`);

// Runners such as npx come before the app, and with the same environment; they may be run by a link to their package.
const isApp = outDir !== undefined && process.argv[1] !== undefined && !isPackage(realPath(process.argv[1]));

function realPath(path) {
  try {
    return realpathSync(path);
  } catch {
    // As given it may lack its extension.
    return path;
  }
}

if (record !== undefined && isApp) {
  process.on('exit', (code) => {
    // Large contexts are in a file that is gone by the next time.
    if (code !== 0 || process.env.CONTEXT_OVERFLOW_LOCATION_ENV !== undefined) return;
    const env = { ...process.env };
    delete env.NODE_OPTIONS;
    delete env.MILLRACE_APP_RECORD;
    const { execPath, execArgv, argv } = process;
    const loaded = Object.keys(require.cache).filter(isPackage);
    writeFileSync(record, JSON.stringify({ execPath, execArgv, args: argv.slice(1), env, loaded }));
  });
}

if (modules !== undefined) {
  for (const path of JSON.parse(readFileSync(modules, 'utf8')).loaded) {
    try {
      require(path);
    } catch {
      // The app will say so, if it still needs it.
    }
  }
  process.env.CDK_OUTDIR = readFileSync(0, 'utf8');
}
