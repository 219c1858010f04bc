// The page survives a restart of its server. This script asks for it: it prints the line "restart" and waits for a
// line on its standard input, which says that the server is back on the same port.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { baseUrl, check } from './lib/check.mjs';
import { Tab, launch } from './lib/browser.mjs';

check(async (step) => {
  const browser = await launch();
  const context = await browser.newContext();
  const url = new URL('#restart', baseUrl()).href;
  const [first, second] = [await Tab.open(context, url), await Tab.open(context, url)];
  await first.say('before');
  await second.sees('before');

  step('restart');
  const lines = createInterface({ input: process.stdin });
  const back = once(lines, 'line');
  const lost = first.page.locator('body:not([data-state="open"])').waitFor();
  process.stdout.write('restart\n');
  await lost;
  await first.say('written while the server was away');
  await back;

  step('reconnect');
  await Promise.all([first.connected(), second.connected()]);
  await first.sees('written while the server was away');
  await first.say('after');
  await second.sees('after');
  await second.say('after, too');
  await first.sees('after, too');
  assert.equal(await first.page.locator('.text', { hasText: 'before' }).count(), 1, 'what was there is still there');
  await browser.close();
  return {};
});
