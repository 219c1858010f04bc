// Chromium by way of playwright-core, and the demo page as a person at a keyboard meets it.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

/** They keep a browser on a closed network from calling home, let it run as root, and take a self-signed certificate. */
const FLAGS = [
  '--no-sandbox',
  '--ignore-certificate-errors',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The script's own guard is longer; a machine that is busy may take its time. */
const PATIENCE_MS = 100_000;

export function launch(...flags) {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...FLAGS, ...flags] });
}

/** One tab with the demo page, in a chat room or a channel. What the console says against the page is in complaints. */
export class Tab {
  complaints = [];
  page;
  field = 'text';

  static async open(context, url) {
    const tab = await Tab.opened(context, url);
    await tab.connected();
    return tab;
  }

  /** Does not wait for its connection. */
  static async opened(context, url) {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const tab = new Tab(page);
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && tab.complaints.push(message.text()));
    page.on('pageerror', (error) => tab.complaints.push(String(error)));
    tab.field = new URL(url).hash.startsWith('#channel/') ? 'channel-text' : 'text';
    tab.response = await page.goto(url);
    return tab;
  }

  constructor(page) {
    this.page = page;
  }

  connected() {
    return this.page.locator('body[data-state="open"]').waitFor();
  }

  /** Types into whatever has the focus, which must be the message field, and presses Enter. */
  async say(text) {
    assert.equal(await this.focus(), this.field);
    await this.page.keyboard.type(text);
    await this.page.keyboard.press('Enter');
  }

  /** Waits until the log shows a message of exactly this text, echoed by the server; gives its author, or null. */
  async sees(text) {
    const body = this.shown('.message:not(.pending) .text', { hasText: text }).last();
    await body.waitFor();
    assert.equal(await body.textContent(), text);
    return (await body.locator('xpath=..').locator('.name').allTextContents())[0] ?? null;
  }

  /** In the view that is shown. */
  shown(selector, options) {
    return this.page.locator(`[role="tabpanel"]:not([hidden]) ${selector}`, options);
  }

  /** What the log shows, in its order, notices and all. */
  log() {
    return this.shown('.log :is(.text, .notice)').allTextContents();
  }

  /** Presses a key until that element has the focus. */
  async pressUntil(key, id) {
    const passed = [];
    while ((await this.focus()) !== id) {
      assert.ok(passed.length < 30, `${key} does not lead to ${id} but to ${passed}`);
      await this.page.keyboard.press(key);
      passed.push(await this.focus());
    }
  }

  focus() {
    return this.page.evaluate(() => document.activeElement.id);
  }

  async press(...keys) {
    for (const key of keys) {
      await this.page.keyboard.press(key);
    }
  }
}
