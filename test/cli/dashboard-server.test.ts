import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { request, type OutgoingHttpHeaders } from 'node:http';
import { parseAction } from '../../lib/cli/dashboard/action.ts';
import { startDashboard, type DashboardServer } from '../../lib/cli/dashboard/server.ts';

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
  readonly type: string | undefined;
}

const JSON_TYPE = { 'content-type': 'application/json' };

describe('the dashboard', () => {
  let server: DashboardServer;

  beforeEach(async () => {
    server = await startDashboard({
      topics: () => [{ name: 'results', version: 1, data: () => ({ key: '</script>\n\nevent: forged' }) }],
      act: (body) => Promise.resolve(`did ${parseAction(body).kind}`),
    });
  });

  afterEach(() => server.close());

  /** By way of `node:http`, since `fetch` sets the host by itself. */
  function ask({ method = 'GET', path = '/', headers = {}, body = '' }: Asked): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asking = request(new URL(path, server.url), { method, headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode, text, type: response.headers['content-type'] }),
        );
      });
      asking.once('error', reject);
      asking.end(body);
    });
  }

  function act(action: unknown): Promise<Answer> {
    return ask({ method: 'POST', path: '/act', headers: JSON_TYPE, body: JSON.stringify(action) });
  }

  test('serves its page and its files, and nothing beside them', async () => {
    const answers = await Promise.all(
      ['/', '/app.js', '/style.css', '/missing.js', '/../../package.json', '/%2e%2e/package.json'].map(
        (path) => ask({ path }),
      ),
    );

    expect(answers.map(({ status, type }) => [status, type])).toEqual([
      [200, 'text/html; charset=utf-8'],
      [200, 'text/javascript; charset=utf-8'],
      [200, 'text/css; charset=utf-8'],
      [404, 'application/json'],
      [404, 'application/json'],
      [404, 'application/json'],
    ]);
  });

  test('refuses to be reached under another name', async () => {
    const host = 'rebound.example';

    const answers = await Promise.all([
      ask({ headers: { host } }),
      ask({ path: '/events', headers: { host } }),
      ask({ method: 'POST', path: '/act', headers: { ...JSON_TYPE, host }, body: '{"kind":"kill-sandbox"}' }),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect(JSON.parse(answers[0]?.text ?? '')).toEqual({
      message: `host "rebound.example" is not served here; open ${server.url}`,
    });
  });

  test('takes orders from its own page only', async () => {
    const body = '{"kind":"kill-sandbox"}';
    const from = (origin: string): Asked => ({
      method: 'POST',
      path: '/act',
      headers: { ...JSON_TYPE, origin },
      body,
    });

    const own = await ask(from(new URL(server.url).origin));
    const foreign = await ask(from('https://elsewhere.example'));
    const form = await ask({ ...from('null'), headers: { 'content-type': 'text/plain' } });

    expect([own, foreign, form].map(({ status }) => status)).toEqual([200, 403, 415]);
  });

  test.each<[string, object, string]>([
    [
      'a record that is no JSON',
      { kind: 'put-record', source: 'orders', key: 'a', text: '{nope' },
      'the record is no JSON: ',
    ],
    [
      'a record without a key',
      { kind: 'put-record', source: 'orders', key: '', text: '{}' },
      'the partition key has 0 characters; it must have 1 to 256',
    ],
    [
      'a fault nobody knows',
      { kind: 'fault', fault: 'fire' },
      'fault is "fire"; use one of "none", "throttle"',
    ],
    [
      'too much traffic',
      { kind: 'traffic', perSecond: 1e9 },
      'perSecond is "1000000000"; it must be a number',
    ],
    ['an order nobody knows', { kind: 'sing' }, 'kind is "sing"; use one of "put-record"'],
    ['no object', [], 'the request is no JSON object with a "kind"'],
  ])('says what is wrong with %s, and goes on', async (_, action, message) => {
    const refused = await act(action);
    const next = await act({ kind: 'put-record', source: 'orders', key: 'a', text: '{nope', isRaw: true });

    expect(refused.status).toBe(400);
    expect(JSON.parse(refused.text)).toEqual({ message: expect.stringContaining(message) });
    expect(next).toMatchObject({ status: 200, text: '{"message":"did put-record"}' });
  });

  test('survives a body that is no JSON', async () => {
    const refused = await ask({ method: 'POST', path: '/act', headers: JSON_TYPE, body: '{' });

    expect(refused.status).toBe(400);
    expect(refused.text).toContain('the request is no JSON');
  });

  test('an event is one line, whatever a record says', async () => {
    const line = await new Promise<string>((resolve, reject) => {
      const asking = request(new URL('/events', server.url), (response) => {
        response.once('data', (chunk: Buffer) => {
          asking.destroy();
          resolve(chunk.toString());
        });
      });
      asking.once('error', reject);
      asking.end();
    });

    expect(line).toBe('event: results\ndata: {"key":"</script>\\n\\nevent: forged"}\n\n');
  });
});
