// Tabs on one channel see each other's messages; one that joins later sees the history, and one that was cut off
// misses nothing. By keyboard alone, under the page's Content-Security-Policy.
import assert from 'node:assert/strict';
import { baseUrl, check } from './lib/check.mjs';
import { Tab, launch } from './lib/browser.mjs';
import { Line } from './lib/line.mjs';

const isMessage = (text) => /^m\d+ /.test(text);

/** Publishes as another client would, over a socket of its own; resolves when all is published. */
function publishRaw(tab, commands) {
  return tab.page.evaluate((texts) => new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${location.host}/v1/ws`, 'highwater.v1');
    let left = texts.length;
    socket.onopen = () => ['{"type":"hello","client":"other"}', ...texts].forEach((text) => socket.send(text));
    socket.onclose = () => reject(new Error('closed'));
    socket.onmessage = ({ data }) => {
      left -= data.includes('"published"') ? 1 : 0;
      if (left === 0) {
        resolve();
      } else if (data.includes('"error"')) {
        reject(new Error(data));
      }
    };
  }), commands);
}

check(async (step) => {
  const browser = await launch();
  const context = await browser.newContext();
  const base = baseUrl();
  const line = await Line.to(base);

  step('reach the channel from the chat by arrow key, and by name');
  const first = await Tab.open(context, base.href);
  await first.pressUntil('Shift+Tab', 'tab-chat');
  await first.press('ArrowRight');
  assert.equal(await first.focus(), 'tab-channel');
  await first.page.waitForURL('**/#channel/lobby');
  assert.equal(await first.page.locator('[role="tab"][aria-selected="true"]').getAttribute('id'), 'tab-channel');
  await first.pressUntil('Tab', 'channel');
  await first.page.keyboard.type('harbour & tide');
  await first.press('Enter');
  await first.shown('#channel-note', { hasText: '“harbour & tide” can’t be a channel’s name: use 1 to 200 of A-Z a-z 0-9 . _ : / -.' }).waitFor();
  assert.deepEqual([await first.focus(), await first.shown('#channel').inputValue(), new URL(first.page.url()).hash], ['channel', 'harbour & tide', '#channel/lobby']);
  await first.shown('#channel').selectText();
  await first.page.keyboard.type('harbour-tide');
  await first.press('Enter');
  await first.page.waitForURL('**/#channel/harbour-tide');
  first.field = 'channel-text';
  await first.shown('.notice', { hasText: 'You follow harbour-tide' }).waitFor();

  step('a link leads there; both see each other’s messages');
  const cutOff = await Tab.open(context, new URL('#channel/harbour-tide', line.url).href);
  await first.say('m1 from the first');
  await cutOff.sees('m1 from the first');
  await cutOff.say('m2 from the second');
  await first.sees('m2 from the second');
  assert.match(await first.page.locator('#round-trip-ms').textContent(), /^\d+(\.\d)? ms$/);
  assert.match(await first.page.locator('#channel-position').textContent(), /^local \d+-\d+-2$/);

  step('positions and codewords are for who switches the details on');
  assert.doesNotMatch(await first.page.locator('body').innerText(), /#\d|local|Position/);
  await first.shown('.message .number', { hasText: '#2' }).waitFor({ state: 'attached' });
  await first.page.locator('#details').focus();
  await first.press('Space');
  await first.shown('.message .number', { hasText: '#2' }).waitFor();
  assert.match(await first.page.locator('body').innerText(), /Position local \d/);
  await first.press('Space');
  assert.equal(await first.shown('.number', { hasText: '#2' }).isVisible(), false);
  await first.shown('textarea').focus();

  step('a tab that joins later sees the history');
  const late = await Tab.open(context, new URL('#channel/harbour-tide', base).href);
  await late.sees('m2 from the second');
  assert.deepEqual((await late.log()).filter(isMessage), ['m1 from the first', 'm2 from the second']);

  step('a broken socket resumes: nothing is missed, nothing comes twice, and what was written meanwhile goes out');
  line.cut();
  await cutOff.page.locator('body:not([data-state="open"])').waitFor();
  await cutOff.say('m3 written while cut off');
  for (const n of [4, 5, 6]) {
    await first.say(`m${n} while the second was away`);
  }
  await late.sees('m6 while the second was away');
  assert.equal((await cutOff.log()).includes('m6 while the second was away'), false);
  line.mend();
  await cutOff.connected();
  await first.sees('m3 written while cut off');
  await cutOff.sees('m3 written while cut off');
  await first.say('m7 after');
  const order = ['m1 from the first', 'm2 from the second', ...[4, 5, 6].map((n) => `m${n} while the second was away`), 'm3 written while cut off', 'm7 after'];
  for (const tab of [first, cutOff, late]) {
    await tab.sees('m7 after');
    assert.deepEqual((await tab.log()).filter(isMessage), order);
  }
  assert.equal((await cutOff.log()).some((text) => text.includes('missing') || text.includes('Not resumed')), false);

  step('a reload goes on where the tab was, with the history above');
  await late.page.goto('about:blank');
  await first.say('m8 while the third was away');
  await late.page.goto(new URL('#channel/harbour-tide', base).href);
  await late.sees('m8 while the third was away');
  const told = await late.log();
  assert.deepEqual(told.filter(isMessage), [...order, 'm8 while the third was away']);
  assert.equal(told[told.indexOf('m8 while the third was away') - 1], 'New since you were here');

  step('what another client publishes is shown as it is, and stays text');
  const hostile = '<img src=x onerror="document.title=1"><b>bold</b>';
  await publishRaw(first, [
    `{"type":"publish","id":1,"channel":"harbour-tide","msgId":"r1","data":${JSON.stringify(hostile)}}`,
    '{"type":"publish","id":2,"channel":"harbour-tide","msgId":"r2","key":"gauge","data":{ "metres": 4.20, "id": 12345678901234567890 }}',
    '{"type":"publish","id":3,"channel":"harbour-tide","msgId":"r3","data":null}',
  ]);
  await first.sees('null');
  await first.sees('{"metres":4.20,"id":12345678901234567890}');
  await first.sees(hostile);
  assert.equal(await first.page.locator('.log img, .log b').count(), 0);

  step('more than the server takes is refused here, and the connection lives');
  await first.shown('textarea').fill('水'.repeat(16_384));
  await first.shown('textarea').evaluate((field) => field.removeAttribute('maxlength'));
  await first.shown('textarea').fill('水'.repeat(30_000));
  await first.press('Enter');
  await first.shown('.fate', { hasText: 'TOO_BIG' }).waitFor();
  await first.say('m9 still here');
  await cutOff.sees('m9 still here');

  step('another channel starts with its own history, and Back returns');
  await first.pressUntil('Shift+Tab', 'channel');
  await first.page.keyboard.type('elsewhere');
  await first.press('Enter');
  await first.shown('.notice', { hasText: 'You follow elsewhere' }).waitFor();
  assert.deepEqual((await first.log()).filter(isMessage), []);
  await first.page.goBack();
  await first.sees('m9 still here');

  step('the tabs count what comes where nobody looks');
  await first.pressUntil('Shift+Tab', 'tab-channel');
  await first.press('ArrowLeft');
  await first.page.waitForURL('**/#lobby');
  await cutOff.say('m10 unseen');
  await first.page.locator('#unread-channel', { hasText: '1' }).waitFor();
  await first.press('End', 'ArrowRight', 'ArrowRight');
  await first.page.waitForURL('**/#channel/harbour-tide');
  await first.sees('m10 unseen');
  assert.equal(await first.page.locator('#unread-channel').isVisible(), false);

  assert.deepEqual([...first.complaints, ...late.complaints], []);
  assert.deepEqual(cutOff.complaints.filter((text) => !/^(WebSocket connection to .+ failed|Failed to load resource: net::)/.test(text)), [], 'but for the socket that was cut');
  line.close();
  await browser.close();
  return { tabs: 3 };
});
