import { deployLocally, finishStream, startLocalPlatform, type LocalDeployment } from 'millrace/local';
import { loadFeed } from '../feed.ts';
import { batchResult } from './batch.ts';
import { killer } from './killer.ts';
import { differences } from './compare.ts';
import { feedStream } from './feed-stream.ts';
import { writePage } from './page.ts';
import { Progress } from './progress.ts';
import { countChanges, lateOf, readTable, rowsOf } from './read-results.ts';
import { chart, lateSummary, table, verdict } from './report.ts';
import { synth } from './synth.ts';

const CHECKPOINT_SECONDS = 1;
const PAGE = '.millrace/earthquakes.html';

export interface DemoOptions {
  /** Kill the handler's process in every n-th batch. */
  readonly killEvery: number | undefined;
  readonly showsAll: boolean;
  readonly printsJson: boolean;
}

/**
 * Synthesises the app, deploys it on this machine, feeds it a week of real earthquakes in the order in which they were
 * reported, and compares its results with a batch computation.
 * @returns whether they match exactly, and each result was written once
 */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const progress = new Progress();
  progress.step('synthesising the CDK app');
  await synth('cdk.out', { checkpointSeconds: String(CHECKPOINT_SECONDS) });

  progress.step('starting what plays Kinesis, DynamoDB and S3');
  const platform = await startLocalPlatform();
  const faults = killer(options.killEvery);
  let processed = 0;
  const quakes = await loadFeed();
  let deployment: LocalDeployment | undefined;
  try {
    deployment = await deployLocally({
      assemblyDir: 'cdk.out',
      endpoints: platform.endpoints,
      mapping: { pollMs: 50, idleFinalMs: 500, backoff: { baseMs: 50, factor: 2, maxMs: 1000 } },
      onLog: ({ stream, text }) => {
        if (stream === 'stderr') progress.once(text);
      },
      onEvent: (event) => {
        faults.onEvent(event);
        if (event.kind === 'batch-failed')
          progress.once(`batch of ${event.shardId} failed: ${event.message}`);
        if (event.kind === 'batch-succeeded') processed += event.records;
        if (event.kind === 'window-final') progress.update(`${processed} records processed`);
      },
    });
    faults.watch(deployment.functions);
    const { QuakesStream = '', ResultsTable = '', DeadLetterTable = '' } = deployment.outputs;

    progress.step(`feeding ${quakes.length} earthquakes in the order they were reported`);
    const shards = await feedStream(platform.kinesis, QuakesStream, quakes, (fed) =>
      progress.update(`${fed} of ${quakes.length} records fed, ${processed} processed`),
    );
    await finishStream(platform.kinesis, QuakesStream);
    progress.step('waiting for the last window');
    await unlessStalled(deployment.drained(), () => processed);
    progress.step(faults.summary());

    const items = await readTable(platform.dynamodb, ResultsTable);
    const [rows, late] = [rowsOf(items), lateOf(items)];
    const deadLetters = await readTable(platform.dynamodb, DeadLetterTable);
    const changes = await countChanges(platform.dynamodbStreams, ResultsTable);
    const changedTwice = [...changes]
      .filter(([, times]) => times > 1)
      .map(([item, times]) => `${item}: ${times} times`);
    const expected = batchResult([...shards.values()]);
    const differing = [
      ...differences(rows, late, expected),
      ...(deadLetters.length === 0 ? [] : [`${deadLetters.length} records are in the dead-letter table`]),
      ...(changes.size === items.length
        ? []
        : [`the stream has ${changes.size} items, the table ${items.length}`]),
    ];
    const isExact = differing.length === 0 && changedTwice.length === 0;
    const results = { isExact, rows, late, differences: differing, changedTwice, kills: faults.kills() };
    await writePage(PAGE, results);
    progress.step(`wrote ${PAGE}: the results as a page`);
    const text = [
      chart(rows),
      table(rows, options.showsAll),
      lateSummary(late),
      verdict(expected, differing, changedTwice),
    ];
    console.log(options.printsJson ? JSON.stringify(results) : `\n${text.join('\n\n')}`);
    return isExact;
  } finally {
    await deployment?.remove();
    await platform.stop();
  }
}

const STALLED_AFTER_MS = 60_000;

/** @throws Error if nothing is processed for a minute: then it will not come to an end by itself */
async function unlessStalled(drained: Promise<void>, processed: () => number): Promise<void> {
  let seen = -1;
  let watch: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    watch = setInterval(() => {
      if (processed() === seen) {
        reject(
          new Error(
            `nothing was processed for ${STALLED_AFTER_MS / 1000} seconds; the last failure above says why`,
          ),
        );
      }
      seen = processed();
    }, STALLED_AFTER_MS);
  });
  try {
    await Promise.race([drained, stalled]);
  } finally {
    clearInterval(watch);
  }
}
