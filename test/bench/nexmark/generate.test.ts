import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { runScript } from '../../support/run-script.ts';

const COMMAND = 'bench/nexmark/generate.ts';

test('the command writes the lines of the reference', async () => {
  const { code, printed } = await runScript(COMMAND, [
    '--events',
    '1000',
    '--rate',
    '1000',
    '--group',
    '1000',
  ]);

  const hash = createHash('sha256').update(printed).digest('hex');

  expect({ code, hash }).toEqual({
    code: 0,
    hash: '1796828758073dc79bd0a18bd78eda25f2b6d12781a24c82ac09d605d6c17dc3',
  });
});

test('a part of a paced stream comes whole', async () => {
  const flags = [
    '--profile',
    'beam',
    '--events',
    '20',
    '--part',
    '2/2',
    '--paced',
    '--base-time',
    '2020-01-01',
  ];
  const { printed } = await runScript(COMMAND, flags);

  const lines = printed.trimEnd().split('\n');

  expect(lines).toHaveLength(10);
  expect(JSON.parse(lines[9] ?? '')).toMatchObject({ seq: 9, ts: Date.UTC(2020, 0, 1) + 1 });
});
