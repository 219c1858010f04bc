// A board shows the newest value of each key on joining, then what changes. By keyboard alone.
import assert from 'node:assert/strict';
import { baseUrl, check } from './lib/check.mjs';
import { Tab, launch } from './lib/browser.mjs';
import { Line } from './lib/line.mjs';

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
  assert.equal(await second.shown('tr', { hasText: 'EURUSD' }).locator('.trend').textContent(), '▼lower by 0.0005');
  await second.shown('tr', { hasText: 'EURUSD' }).locator('time').waitFor();
  await publish(second, 'AUDUSD', '0.6500');
  await seesValue(first, 'AUDUSD', '0.6500');
  const order = await first.shown('tbody th').allTextContents();
  assert.deepEqual(order, ['AUDUSD', 'EURUSD', 'GBPUSD', 'note'], 'rows keep the order of their keys');

  step('points stand below each other, in digits of one width, and the change right beside');
  await publish(first, 'HUFUSD', '361.5');
  await publish(first, 'HUFUSD', '1361.25');
  await seesValue(second, 'HUFUSD', '1361.25');
  assert.equal(await second.shown('tr', { hasText: 'HUFUSD' }).locator('.trend').textContent(), '▲higher by 999.75');
  const laidOut = await second.shown('tbody .value.decimal').evaluateAll((cells) => cells.map((cell) => ({
    point: Math.round(10 * cell.querySelector('.fraction').getBoundingClientRect().left),
    digits: getComputedStyle(cell).fontVariantNumeric,
    beside: cell.nextElementSibling.className,
  })));
  assert.equal(laidOut.length, 4);
  assert.deepEqual(laidOut, Array(4).fill({ point: laidOut[0].point, digits: 'tabular-nums', beside: 'trend' }));

  step('no positions and levels, unless somebody switches the details on');
  assert.doesNotMatch(await first.page.locator('body').innerText(), /#\d|memory|Position/);
  await first.page.locator('#details').focus();
  await first.press('Space');
  assert.match(await first.page.locator('body').innerText(), /Position[^]*#\d+[^]*Published HUFUSD as #\d+ \(memory\)/);
  await first.page.reload();
  await first.connected();
  assert.equal(await first.page.locator('#details').isChecked(), true, 'the next visit has it as it was left');
  await first.page.locator('#details').focus();
  await first.press('Space');
  await first.shown('#board-key').focus();

  step('what can’t be a name is said, not rewritten');
  await first.shown('#board').fill('Tea & Cake');
  await first.press('Enter');
  const sentence = '“Tea & Cake” can’t be a board’s name: use 1 to 200 of A-Z a-z 0-9 . _ : / -.';
  await first.shown('#board-name-note', { hasText: sentence }).waitFor();
  assert.deepEqual([await first.shown('#board').inputValue(), new URL(first.page.url()).hash], ['Tea & Cake', '#board/prices']);
  await first.shown('#board').fill('prices');
  await first.press('Enter');
  assert.equal(await first.shown('#board-name-note').textContent(), '');
  await first.shown('#board-key').fill('k'.repeat(201));
  await first.shown('#board-value').fill('1');
  await first.press('Enter');
  await first.shown('#board-note', { hasText: `“${'k'.repeat(40)}…” (201 characters) can’t be a key: use 1 to 200 characters.` }).waitFor();
  const astray = await Tab.opened(context, new URL('#board/Tea%20%26%20Cake', base).href);
  await astray.shown('#board-name-note', { hasText: sentence }).waitFor();
  assert.equal(new URL(astray.page.url()).hash, '#board/Tea%20%26%20Cake');
  assert.equal(await astray.page.locator('#state').textContent(), 'Not connected');
  await astray.page.close();

  step('old values look and read as old, from the break until there are new ones');
  const line = await Line.to(base);
  const cutOff = await Tab.open(context, new URL('#board/prices', line.url).href);
  await seesValue(cutOff, 'HUFUSD', '1361.25');
  const look = () => cutOff.shown('tr', { hasText: 'HUFUSD' }).locator('.value').evaluate((cell) => {
    const { color, backgroundColor, borderTopColor } = getComputedStyle(cell);
    return [color, backgroundColor, borderTopColor];
  });
  await cutOff.page.emulateMedia({ reducedMotion: 'reduce' });
  const fresh = await look();
  line.cut();
  await cutOff.shown('#board-since', { hasText: /^Not live since \d\d:\d\d:\d\d: these are the last values that came\.$/ }).waitFor();
  assert.equal(await cutOff.shown('#board-since').getAttribute('role'), 'status');
  const old = await look();
  old.forEach((value, i) => assert.notEqual(value, fresh[i]));
  const since = await cutOff.shown('#board-since').textContent();
  await cutOff.page.locator('#why', { hasText: 'can’t be reached' }).waitFor();
  assert.equal(await cutOff.shown('#board-since').textContent(), since, 'a new attempt changes nothing of it');
  assert.equal(await cutOff.page.evaluate(() => document.getAnimations().length), 0);
  await publish(first, 'HUFUSD', '1361.50');
  line.mend();
  await seesValue(cutOff, 'HUFUSD', '1361.50');
  await cutOff.connected();
  assert.equal(await cutOff.shown('#board-since').textContent(), '');
  assert.equal(await cutOff.shown('.stale').count(), 0);
  line.close();
  await cutOff.page.close();

  step('the same name as a channel beside it, on the same socket: its log is whole, the board goes on');
  await first.pressUntil('Shift+Tab', 'tab-board');
  await first.press('ArrowLeft');
  await first.pressUntil('Tab', 'channel');
  await first.page.keyboard.type('prices');
  await first.press('Enter');
  await first.page.waitForURL('**/#channel/prices');
  await first.sees('1361.50');
  assert.deepEqual((await first.log()).filter((text) => !text.startsWith('You follow')), ['1.0840', '1.0850', '{"bid":1.2700,"ask":1.2702}', 'thin <b>market</b>', '1.0860', '1.2690', '1.0855', '0.6500', '361.5', '1361.25', '1361.50']);
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
