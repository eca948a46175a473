import { describe, expect, test } from '@jest/globals';
import { pipeline, source } from 'millrace';
import * as z from 'zod';
import { originOf, recordsOf } from '../../lib/aws/kinesis-event.ts';
import { StageTask } from '../../lib/engine/index.ts';
import { encodeAggregatedRecord, encodeControlRecord } from '../../lib/model/index.ts';

const notes = pipeline('notes', {
  sources: { notes: source(z.object({ note: z.string() }), { timestamp: 'arrival' }) },
  build: ({ notes: all }) => ({ notes: all.map(({ note }) => note) }),
});

/** What comes of a record with these bytes: the note, or why there is none. */
function outcomeOf(data: Uint8Array): readonly unknown[] {
  const task = new StageTask(notes, 'notes', 'shard');
  const Records = [
    {
      eventID: 'shard:1',
      eventSourceARN: 'arn',
      kinesis: {
        sequenceNumber: '1',
        partitionKey: 'a',
        data: Buffer.from(data).toString('base64'),
        approximateArrivalTimestamp: 1.5,
      },
    },
  ];
  for (const record of recordsOf({ Records })) task.process(record);
  return task
    .takeOutputs()
    .map((output) =>
      output.kind === 'dead-letter' ? [output.reason, output.data] : 'value' in output && output.value,
    );
}

const noteOf = (note: string): Uint8Array => Buffer.from(JSON.stringify({ note }));

test('an event of an enhanced fan-out consumer is about its stream', () => {
  const streamArn = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders';

  const origin = originOf({
    Records: [],
    eventSourceARN: `${streamArn}/consumer/billing:1`,
    shardId: 'shard',
  });

  expect(origin).toEqual({ streamArn, shardId: 'shard' });
});

describe('a delivered record', () => {
  test.each([
    ['plain', noteOf('plain')],
    ['what is no ASCII', noteOf('é – 🙂')],
    ['a replacement character of its own', noteOf('\uFFFD')],
    ['a byte order mark in front', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), noteOf('marked')])],
    ['more than is decoded in place', noteOf('x'.repeat(200_000))],
  ])('is read as the JSON it is: %s', (_, data) => {
    const { note } = JSON.parse(new TextDecoder().decode(data)) as { note: string };

    expect(outcomeOf(data)).toEqual([note]);
  });

  test('that is no UTF-8 is refused, and kept byte for byte', () => {
    const data = Buffer.from([...noteOf('a').subarray(0, 9), 0xff, 0x22, 0x7d]);

    expect(outcomeOf(data)).toEqual([['undecodable', data]]);
  });

  test('is unpacked if it is an aggregated one', () => {
    const records = ['a', 'b'].map((note) => ({ partitionKey: note, data: noteOf(note) }));

    expect(outcomeOf(encodeAggregatedRecord(records))).toEqual(['a', 'b']);
  });

  test('that begins like an aggregated one and is none is refused, and kept byte for byte', () => {
    const data = Buffer.from([0xf3, 0x89, 0x9a, 0x80, 0x7b, 0x7d]);

    expect(outcomeOf(data)).toEqual([['undecodable', data]]);
  });

  test('of the runtime is no data', () => {
    expect(outcomeOf(encodeControlRecord({ kind: 'tick' }))).toEqual([]);
  });
});
