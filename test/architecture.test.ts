import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Each room, and the rooms it may import. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  time: ['model'],
  model: ['time'],
  aggregators: ['time', 'model'],
  windows: ['time', 'model', 'aggregators'],
  joins: ['time', 'model'],
  process: ['time', 'model'],
  patterns: ['time', 'model'],
  dsl: ['time', 'model', 'aggregators', 'windows', 'joins', 'process', 'patterns'],
  plan: ['time', 'model', 'dsl'],
  engine: ['time', 'model', 'joins', 'dsl', 'plan'],
  journal: ['time', 'model', 'joins', 'dsl', 'plan', 'engine'],
  aws: ['time', 'model', 'joins', 'dsl', 'plan', 'engine', 'journal'],
  testing: ['time', 'model', 'aggregators', 'windows', 'joins', 'dsl', 'plan', 'engine', 'journal'],
  // What is deployed is read from the assembly, as data.
  local: ['time', 'model', 'aws'],
  cdk: ['time', 'model', 'aggregators', 'windows', 'dsl', 'plan', 'aws'],
  cli: ['time', 'model', 'dsl', 'plan', 'engine', 'journal', 'aws', 'testing', 'local', 'cdk'],
};

/** Rooms that touch the world. In all others time, chance and surroundings are passed in. */
const WORLDLY = ['aws', 'local', 'cli', 'cdk'];
const WORLD =
  /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bMath\.random\b|\bprocess\.env\b|'@aws-sdk\//g;

const IMPORT = /^(?:import|export|\})[^'\n]*\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

/** Of each file that was read so far. */
const imports = new Map<string, readonly string[]>();

const libFiles = filesOf('lib');

describe('rooms', () => {
  test('every folder of lib is a room with rules', () => {
    const folders = new Set(libFiles.map(roomOf).filter((room) => room !== 'index.ts'));

    expect([...folders].filter((folder) => ROOMS[folder] === undefined)).toEqual([]);
  });

  test('a room imports only rooms below it', () => {
    const trespasses = libFiles
      .filter((file) => roomOf(file) !== 'index.ts')
      .flatMap((file) =>
        localImportsOf(file)
          .filter((target) => ![roomOf(file), ...(ROOMS[roomOf(file)] ?? [])].includes(roomOf(target)))
          .map((target) => `${file} imports ${target}`),
      );

    expect(trespasses).toEqual([]);
  });

  test('time, chance and surroundings are only asked for at the edges', () => {
    const uses = libFiles
      .filter((file) => !WORLDLY.includes(roomOf(file)))
      .flatMap((file) => [...codeOf(file).matchAll(WORLD)].map(([use]) => `${file} uses ${use}`));

    expect(uses).toEqual([]);
  });
});

test('no file imports itself by way of others', () => {
  const files = ['lib', 'bin', 'functions', 'bench'].flatMap(filesOf);

  const circular = files.filter((file) => importsOf(file).flatMap(reachableFrom).includes(file));

  expect(circular).toEqual([]);
});

describe('entry points', () => {
  test.each([
    [
      'lib/index.ts',
      /^(@aws-sdk|@middy|aws-cdk-lib|constructs|dynalite)\b|^lib\/(aws|cdk|local|cli|journal)\//,
    ],
    ['lib/aws/index.ts', /^(aws-cdk-lib|constructs|dynalite)\b|^lib\/(cdk|local|cli)\//],
    [
      'lib/testing/index.ts',
      /^(@aws-sdk|@middy|aws-cdk-lib|constructs|dynalite)\b|^lib\/(aws|cdk|local|cli)\//,
    ],
    ['lib/local/index.ts', /^(aws-cdk-lib|constructs)\b|^lib\/(cdk|cli)\//],
    ['lib/cdk/index.ts', /^dynalite\b|^lib\/(local|cli)\//],
  ])('%s reaches nothing its users should not carry', (entry, forbidden) => {
    const reached = reachableFrom(entry);

    expect(reached.filter((target) => forbidden.test(target))).toEqual([]);
  });
});

test('functions and the app use only what the package exports', () => {
  const { exports }: { readonly exports: object } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  );
  const published = Object.keys(exports).map((name) => join('millrace', name));

  const trespasses = [...filesOf('functions'), ...filesOf('bin')].flatMap((file) =>
    importsOf(file)
      .filter((target) => /^(lib|millrace)\b/.test(target) && !published.includes(target))
      .map((target) => `${file} imports ${target}`),
  );

  expect(trespasses).toEqual([]);
});

/** Everything a module pulls in, types included: files as paths from the root, packages by name. */
function reachableFrom(entry: string): readonly string[] {
  const reached = new Set([entry]);
  for (const each of reached) {
    if (each.endsWith('.ts')) importsOf(each).forEach((target) => reached.add(target));
  }
  return [...reached];
}

function localImportsOf(file: string): readonly string[] {
  return importsOf(file).filter((target) => target.startsWith('lib/'));
}

function importsOf(file: string): readonly string[] {
  const known = imports.get(file);
  if (known !== undefined) return known;
  const found = [...codeOf(file).matchAll(IMPORT)]
    .map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '')
    .map((target) => (target.startsWith('.') ? join(dirname(file), target) : target));
  imports.set(file, found);
  return found;
}

function codeOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8').replaceAll(COMMENT, '');
}

/** `engine` for `lib/engine/state.ts`. */
function roomOf(file: string): string {
  return relative('lib', file).split('/')[0] ?? '';
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { encoding: 'utf8', recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}
