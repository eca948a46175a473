import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const USUAL_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** A Chromium on this machine: what MILLRACE_BROWSER says, one where they usually are, or Playwright's own. */
export function findBrowser(): string | undefined {
  const named = process.env['MILLRACE_BROWSER'];
  if (named !== undefined) return named;
  return [...USUAL_PATHS, chromium.executablePath()].find((path) => existsSync(path));
}
