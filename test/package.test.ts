import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUILD_MS = 180_000;

interface Manifest {
  readonly files: readonly string[];
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
const entries = Object.keys(manifest.exports).map((path) => path.replace('.', 'millrace'));

const handler = `import { createHandler } from 'millrace/lambda';
import { count, pipeline, source, tumbling } from 'millrace';
import { testDriver } from 'millrace/testing';
import * as z from 'zod';

const clicks = pipeline('clicks', {
  sources: { clicks: source(z.object({ page: z.string(), at: z.number() }), { timestamp: (click) => click.at }) },
  build: ({ clicks }) => ({
    perMinute: clicks.byPartitionKey().window(tumbling('1 minute')).aggregate('per-minute', { clicks: count() }),
  }),
});
export const handler = createHandler(clicks);

const driver = testDriver(clicks, { partitionKeys: { clicks: (click) => click.page } });
driver.sources.clicks.send({ page: '/', at: 0 }, { page: '/', at: 61_000 });
console.log(JSON.stringify(driver.sinks.perMinute.take()));
`;

const compilerOptions = {
  strict: true,
  module: 'nodenext',
  target: 'es2022',
  outDir: '.',
  types: ['node'],
  skipLibCheck: false,
};

/** The packages a file imports, Node's and its own aside. */
function packagesOf(code: string): readonly string[] {
  return [...code.matchAll(/^(?:import|export|\}).*\bfrom '([^'.][^']*)'/gm)]
    .map(([, specifier = '']) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '')
    .filter((name) => !isBuiltin(name) && !name.startsWith('node:') && name !== 'millrace');
}

function node(script: string, ...args: readonly string[]): string {
  return execFileSync(process.execPath, [join(ROOT, 'node_modules', script), ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  });
}

/** The package as it would be published, installed for an app that has nothing but its dependencies. */
describe('the published package', () => {
  let app = '';

  beforeAll(() => {
    mkdirSync(join(ROOT, '.millrace'), { recursive: true });
    app = mkdtempSync(join(ROOT, '.millrace', 'app-'));
    const home = join(app, 'node_modules', 'millrace');
    node('typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', join(home, 'dist'));
    for (const file of [...manifest.files, 'package.json'].filter((name) => name !== 'dist')) {
      cpSync(join(ROOT, file), join(home, file), { recursive: true });
    }
    writeFileSync(join(app, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));
    writeFileSync(join(app, 'app.ts'), handler);
  }, BUILD_MS);

  afterAll(() => rmSync(app, { recursive: true, force: true }));

  test('has every file it says it has', () => {
    const named = [
      ...Object.values(manifest.exports).flatMap((entry) => [entry.types, entry.default]),
      ...Object.values(manifest.bin),
    ];

    expect(named.filter((file) => !existsSync(join(app, 'node_modules', 'millrace', file)))).toEqual([]);
  });

  test('is installed with everything it imports, types too', () => {
    const installed = new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }));
    const imported = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => packagesOf(readFileSync(join(ROOT, 'lib', file), 'utf8')));

    expect(imported.filter((name) => !installed.has(name) && !installed.has(`@types/${name}`))).toEqual([]);
  });

  test('can be imported by each of its names', () => {
    const script = entries.map((name) => `await import('${name}');`).join('');

    const run = (): string =>
      execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
        cwd: app,
        encoding: 'utf8',
      });

    expect(run).not.toThrow();
  });

  test('types and runs an app that knows nothing of its insides', () => {
    node('typescript/bin/tsc', '-p', app);

    const printed = execFileSync(process.execPath, ['app.js'], { cwd: app, encoding: 'utf8' });

    expect(JSON.parse(printed)).toEqual([{ key: '/', windowStart: 0, windowEnd: 60_000, clicks: 1 }]);
  });

  test('brings its command', () => {
    const command = join(app, 'node_modules', 'millrace', manifest.bin['millrace'] ?? '');

    const usage = execFileSync(process.execPath, [command, '--help'], {
      cwd: dirname(app),
      encoding: 'utf8',
    });

    expect(usage).toContain('usage: millrace <command>');
  });
});
