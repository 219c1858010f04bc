// A restart of a server that keeps its channels in memory: the page says that what was there is gone, and goes on.
// This script asks for it as browser-restart does.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { baseUrl, check } from './lib/check.mjs';
import { Tab, launch } from './lib/browser.mjs';

check(async (step) => {
  const browser = await launch();
  const context = await browser.newContext();
  const open = (hash) => Tab.open(context, new URL(hash, baseUrl()).href);
  const [first, second, board] = [await open('#channel/restart'), await open('#channel/restart'), await open('#board/restart')];
  await first.say('before');
  await second.sees('before');
  await board.shown('tr', { hasText: 'before' }).waitFor();

  step('restart');
  const lines = createInterface({ input: process.stdin });
  const back = once(lines, 'line');
  const lost = first.page.locator('body:not([data-state="open"])').waitFor();
  process.stdout.write('restart\n');
  await lost;
  await first.say('written while the server was away');
  await back;

  step('the new generation is told');
  await Promise.all([first, second, board].map((tab) => tab.connected()));
  for (const tab of [first, second]) {
    await tab.shown('.notice', { hasText: 'UNKNOWN_GENERATION' }).waitFor();
  }
  await board.shown('#board-note', { hasText: 'UNKNOWN_GENERATION' }).waitFor();

  step('and live goes on');
  await second.sees('written while the server was away');
  await first.say('after');
  await second.sees('after');
  await second.say('after, too');
  await first.sees('after, too');
  assert.deepEqual((await first.log()).filter((text) => !/^(You follow|Not resumed|The server)/.test(text)), ['before', 'written while the server was away', 'after', 'after, too']);
  await board.shown('tr', { hasText: 'after, too' }).waitFor();
  assert.equal(await board.shown('tr.stale').count(), 0, 'the one row is of the new generation');
  await browser.close();
  return {};
});
