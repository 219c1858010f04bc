// A board shows the newest value of each key on joining, then what changes. By keyboard alone.
import assert from 'node:assert/strict';
import { baseUrl, check } from './lib/check.mjs';
import { Tab, launch } from './lib/browser.mjs';

/** {key: value} as the table shows it. */
async function values(tab) {
  const rows = await tab.shown('tbody tr').evaluateAll((found) => found.map((row) => [row.querySelector('th').textContent, row.querySelector('.value').textContent]));
  return Object.fromEntries(rows);
}

async function publish(tab, key, value) {
  await tab.pressUntil('Shift+Tab', 'board-key');
  await tab.page.keyboard.type(key); // The focus has selected what was there.
  await tab.press('Tab');
  await tab.page.keyboard.type(value);
  await tab.press('Enter');
  await tab.shown('#board-note', { hasText: `Published ${key}` }).waitFor();
}

async function seesValue(tab, key, value) {
  await tab.shown('tr', { has: tab.page.locator('th', { hasText: key }) }).locator('.value', { hasText: value }).waitFor();
}

check(async (step) => {
  const browser = await launch();
  const context = await browser.newContext();
  const base = baseUrl();

  step('reach the board from the chat by keyboard');
  const first = await Tab.open(context, base.href);
  await first.pressUntil('Shift+Tab', 'tab-chat');
  await first.press('End');
  await first.page.waitForURL('**/#board/prices');
  await first.connected();
  assert.equal(await first.focus(), 'tab-board');
  await first.pressUntil('Tab', 'board-key');
  await first.page.keyboard.type('EURUSD');
  await first.press('Tab');
  await first.page.keyboard.type('1.0840');
  await first.press('Enter');
  await seesValue(first, 'EURUSD', '1.0840');
  await publish(first, 'EURUSD', '1.0850');
  await publish(first, 'GBPUSD', '{"bid": 1.2700, "ask": 1.2702}');
  await publish(first, 'note', 'thin <b>market</b>');
  await publish(first, 'EURUSD', '1.0860');

  step('on joining: the newest value of each key');
  const second = await Tab.open(context, new URL('#board/prices', base).href);
  const newest = { EURUSD: '1.0860', GBPUSD: '{"bid":1.2700,"ask":1.2702}', note: 'thin <b>market</b>' };
  await seesValue(second, 'EURUSD', '1.0860');
  assert.deepEqual(await values(second), newest);
  assert.deepEqual(await values(first), newest);
  assert.equal(await second.page.locator('tbody b, .changed').count(), 0, 'text stays text, and nothing has changed yet');

  step('then live: what changes is marked');
  await publish(second, 'GBPUSD', '1.2690');
  await seesValue(first, 'GBPUSD', '1.2690');
  await publish(first, 'EURUSD', '1.0855');
  await seesValue(second, 'EURUSD', '1.0855');
  assert.equal(await second.shown('tr', { hasText: 'EURUSD' }).locator('.trend').textContent(), '▼lower');
  await second.shown('tr', { hasText: 'EURUSD' }).locator('time').waitFor();
  await publish(second, 'AUDUSD', '0.6500');
  await seesValue(first, 'AUDUSD', '0.6500');
  const order = await first.shown('tbody th').allTextContents();
  assert.deepEqual(order, ['AUDUSD', 'EURUSD', 'GBPUSD', 'note'], 'rows keep the order of their keys');

  step('the same name as a channel beside it, on the same socket: its log is whole, the board goes on');
  await first.pressUntil('Shift+Tab', 'tab-board');
  await first.press('ArrowLeft');
  await first.pressUntil('Tab', 'channel');
  await first.page.keyboard.type('prices');
  await first.press('Enter');
  await first.page.waitForURL('**/#channel/prices');
  await first.sees('0.6500');
  assert.deepEqual((await first.log()).filter((text) => !text.startsWith('You follow')), ['1.0840', '1.0850', '{"bid":1.2700,"ask":1.2702}', 'thin <b>market</b>', '1.0860', '1.2690', '1.0855', '0.6500']);
  await publish(second, 'EURUSD', '1.0870');
  await first.sees('1.0870');
  await first.pressUntil('Shift+Tab', 'tab-channel');
  await first.press('ArrowRight');
  await first.page.waitForURL('**/#board/prices');
  await seesValue(first, 'EURUSD', '1.0870');
  assert.deepEqual(await values(first), await values(second));

  for (const tab of [first, second]) {
    assert.deepEqual(tab.complaints, []);
  }
  await browser.close();
  return { keys: order.length };
});
