import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** What Lambda does with streams, as 71 rules. A test is named by the rules it proves. */
const RULES = Array.from({ length: 71 }, (_, index) => `C${index + 1}`);

function rulesIn(folder: string): readonly string[] {
  return readdirSync(join(HERE, folder))
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => [...readFileSync(join(HERE, folder, file), 'utf8').matchAll(/'((?:C\d+(?:, )?)+): /g)])
    .flatMap(([, rules = '']) => rules.split(', '));
}

describe('the rules of event source mappings', () => {
  test('are each proven by one test', () => {
    const proven = ['.', 'event-source-mapping', 'lambda'].flatMap(rulesIn);

    expect(proven.toSorted(byNumber)).toEqual(RULES);
  });
});

function byNumber(a: string, b: string): number {
  return Number(a.slice(1)) - Number(b.slice(1));
}
