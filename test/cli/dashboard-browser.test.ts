import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { findBrowser } from '../support/browser.ts';
import { startDevServer, type DevServer } from '../support/dev-server.ts';

const executablePath = findBrowser();
const SCREENSHOTS = '.millrace/screenshots';
const START_MS = 90_000;
const LIMIT_MS = 40_000;

if (executablePath === undefined) {
  console.warn(
    'the dashboard is not tested: there is no Chromium; install one, or set MILLRACE_BROWSER to its path',
  );
}

/** One app and one page for all of it, as somebody would use it, from the first look to the last. */
(executablePath === undefined ? describe.skip : describe)('the dashboard in a browser', () => {
  let server: DevServer;
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    const companion = ['--companion', 'functions/earthquakes/companion.ts'];
    [server, browser] = await Promise.all([
      startDevServer([...companion, '--context', 'checkpointSeconds=2']),
      chromium.launch({ ...(executablePath !== undefined && { executablePath }), args: ['--no-sandbox'] }),
    ]);
    page = await browser.newPage({ viewport: { width: 1360, height: 900 }, reducedMotion: 'reduce' });
    page.setDefaultTimeout(LIMIT_MS);
    page.on('pageerror', ({ message }) => errors.push(message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(server.url);
  }, START_MS);

  afterAll(async () => {
    await browser?.close();
    await server?.interrupt();
  }, LIMIT_MS);

  async function press(name: string): Promise<void> {
    await page.getByRole('button', { name, exact: true }).click();
  }

  /** Waits for a check that began after this call, the second from now, and says what it found. */
  async function nextCheck(): Promise<string> {
    for (let checks = 0; checks < 2; checks += 1) {
      const before = await page.locator('#check').getAttribute('data-at');
      await page.locator(`#check:not([data-at="${before}"])`).waitFor();
    }
    const differences = await page.locator('#check-problems li').allInnerTexts();
    return [await page.locator('#check-state').innerText(), ...differences].join('\n');
  }

  async function happens(text: string): Promise<void> {
    await page.locator('#incidents li', { hasText: text }).first().waitFor();
  }

  test(
    'shows the pipeline as soon as it is open',
    async () => {
      await page.locator('#connection', { hasText: 'live' }).waitFor();

      expect(await page.locator('.box strong').allInnerTexts()).toEqual([
        'quakes',
        'quakes',
        'perNetwork',
        'late',
      ]);
      expect(await page.locator('#rows').innerText()).toContain('No results yet');
      expect(await nextCheck()).toBe('Exactly once');
    },
    LIMIT_MS,
  );

  test(
    'fills with results while the traffic comes',
    async () => {
      await press('200/s');

      await page.locator('#rows tbody tr').nth(20).waitFor();
      await page.locator('#chart polyline').first().waitFor();
      await page.locator('.graph .flows').first().waitFor();
      await page.locator('#letters td', { hasText: 'behind-watermark' }).first().waitFor();
      expect(await nextCheck()).toBe('Exactly once');
    },
    LIMIT_MS,
  );

  test.each([
    ['kill its sandbox', 'was killed over'],
    ['freeze and thaw it', 'has thawed and goes on'],
    ['drop the response', 'gets dropped, its work done'],
    ['repeat it', 'gets delivered twice'],
    ['cut it elsewhere', 'gets delivered twice, the second time'],
    ['split a shard of quakes', 'was split'],
    ['merge shards of quakes', 'were merged'],
    ['throttles', 'DynamoDB throttles'],
    ['loses answers', 'its answer is lost'],
    ['fails', 'DynamoDB fails'],
    ['works', 'DynamoDB answers again'],
    ['stop', 'the traffic stops'],
  ])(
    'stays exact through "%s"',
    async (button, news) => {
      await press(button);
      await happens(news);

      expect(await nextCheck()).toBe('Exactly once');
    },
    LIMIT_MS,
  );

  test(
    'says what is wrong with a record, and puts it as it is when told to',
    async () => {
      const form = page.locator('#put');
      await form.getByLabel('Record', { exact: true }).fill('<img src=x onerror="document.title=1">');
      await form.getByRole('button', { name: 'Put' }).click();
      const refusal = await page.locator('#put-said').innerText();
      await form.getByLabel('put it as it is').check();
      await form.getByRole('button', { name: 'Put' }).click();

      await page
        .locator('#letters td', { hasText: '<img src=x onerror="document.title=1">' })
        .first()
        .waitFor();
      expect(refusal).toMatch(/^the record is no JSON: .*; correct it, or put it as it is$/);
      expect(await page.locator('img').count()).toBe(0);
      expect(await page.title()).toBe('Millrace, running here');
    },
    LIMIT_MS,
  );

  test(
    'can be used with the keyboard alone',
    async () => {
      await page.reload();
      await page.getByRole('button', { name: '10/s', exact: true }).waitFor();
      await page.keyboard.press('Tab');
      const first = await page.evaluate('document.activeElement.textContent');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(
        '[document.activeElement.textContent, getComputedStyle(document.activeElement).outlineStyle]',
      );
      await page.keyboard.press('Space');

      await page.locator('button[aria-pressed="true"]', { hasText: '10/s' }).waitFor();
      expect([first, focused]).toEqual(['Skip to the controls', ['10/s', 'solid']]);
    },
    LIMIT_MS,
  );

  test(
    'has names for everything that can be used',
    async () => {
      const nameless = await page.evaluate(`
      [...document.querySelectorAll('button, select, input, textarea, [role=region], svg[role=img]')]
        .filter((node) => !node.labels?.length && !node.ariaLabel && !node.getAttribute('aria-labelledby'))
        .filter((node) => node.tagName !== 'BUTTON' || node.textContent === '')
        .map(({ outerHTML }) => outerHTML)
    `);

      expect(nameless).toEqual([]);
    },
    LIMIT_MS,
  );

  test.each([
    ['light', 1360],
    ['dark', 1360],
    ['light', 400],
  ] as const)(
    'fits in %s at %i pixels',
    async (colorScheme, width) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await nextCheck();
      await page.screenshot({ path: `${SCREENSHOTS}/dashboard-${colorScheme}-${width}.png`, fullPage: true });

      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    },
    LIMIT_MS,
  );

  test(
    'has had no errors, and ends cleanly',
    async () => {
      const before = [...errors];
      const code = await server.interrupt();

      await page.locator('#connection', { hasText: 'not connected' }).waitFor();
      expect(before).toEqual([]);
      expect([code, server.printed()]).toEqual([0, expect.stringContaining('stopping')]);
    },
    LIMIT_MS,
  );
});
