/**
 * The HTML report in a real browser. It needs Chromium: on Debian `apt-get install chromium`, elsewhere set CHROMIUM to
 * its path. Without one nothing is looked at, and the one test that is left says so; in CI that is a failure.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { investigationHtml } from '../../../lib/report/investigation/html.ts';
import { named, stolenToken, untilMs } from './stolen-token.ts';

const browserPath = [process.env.CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path !== '' && existsSync(path),
);

const injected =
  '"><img src=https://evil.example/x onerror=document.title="owned"></td><script>document.title="owned"</script>';

const looks = [
  { width: 400, colorScheme: 'light' },
  { width: 400, colorScheme: 'dark' },
  { width: 1200, colorScheme: 'light' },
  { width: 1200, colorScheme: 'dark' },
] as const;

const inBrowser = (path: string): void => {
  const folder = mkdtempSync(join(tmpdir(), 'tokenwatch-browser-'));
  const file = join(folder, 'report.html');
  const url = pathToFileURL(file).href;
  let browser: Browser;

  beforeAll(async () => {
    writeFileSync(file, investigationHtml(stolenToken(named(injected)), { zone: 'Europe/Berlin', madeAtMs: untilMs }));
    // Chromium's own sandbox needs rights that containers do not give; the page has no script to contain.
    browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox'] });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The page, and what it complained of or asked for. */
  const opened = async (look: (typeof looks)[number]): Promise<{ page: Page; complaints: readonly string[] }> => {
    const page = await browser.newPage({
      viewport: { width: look.width, height: 900 },
      colorScheme: look.colorScheme,
    });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (request.url() !== url) complaints.push(`request: ${request.url()}`);
    });
    await page.goto(url);
    return { page, complaints };
  };

  it.each(looks)(
    'renders at $width px, $colorScheme, with no complaint and no request',
    async (look) => {
      const { page, complaints } = await opened(look);
      await page.waitForLoadState('networkidle');
      expect(complaints).toEqual([]);
      expect(await page.locator('h1').innerText()).toBe('Used by somebody else');
      expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
      for (const drawing of await page.locator('svg[role=img]').all()) {
        const box = await drawing.boundingBox();
        expect(box?.height).toBeGreaterThan(100);
      }
      await page.close();
    },
    60_000,
  );

  it('shows injected markup as text', async () => {
    const { page } = await opened(looks[2]);
    expect(await page.title()).not.toBe('owned');
    expect(await page.locator('img, script').count()).toBe(0);
    expect(await page.locator('main').innerText()).toContain('<script>document.title="owned"</script>');
    await page.close();
  }, 60_000);

  it('changes colours with the reader’s choice, and keeps text readable on both', async () => {
    for (const look of looks) {
      const { page } = await opened(look);
      const contrasts = (await page.evaluate(contrastScript)) as readonly number[];
      // WCAG 2.2, level AA, for text.
      expect(Math.min(...contrasts)).toBeGreaterThanOrEqual(4.5);
      await page.close();
    }
  }, 60_000);

  it('can be used with the keyboard alone', async () => {
    const { page } = await opened(looks[2]);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to what to do next');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('location.hash')).toBe('#next');
    const reachable = await page.locator('.scroll[tabindex="0"], summary').count();
    expect(reachable).toBeGreaterThan(3);
    await page.close();
  }, 60_000);

  it('prints', async () => {
    const { page } = await opened(looks[2]);
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    await page.close();
  }, 60_000);
};

/** Contrast of the text of representative elements against the page, by WCAG's formula. */
const contrastScript = `(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = luminance(getComputedStyle(document.body).backgroundColor);
  return ['h1', 'p.detail', 'dt', 'figcaption', 'caption', 'th', 'td', 'a', '.tag-foreign', 'code'].map((selector) => {
    const ink = luminance(getComputedStyle(document.querySelector(selector)).color);
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
  });
})()`;

describe('the report in a browser', () => {
  if (browserPath !== undefined) inBrowser(browserPath);
  else {
    it('was NOT looked at: there is no Chromium here (apt-get install chromium, or set CHROMIUM to its path)', () => {
      expect(process.env.CI ?? '').toBe('');
    });
  }
});
