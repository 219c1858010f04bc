// What the page says when its WebSocket does not open: refused and by what, or not reached. Its arguments are a server,
// and two addresses, http and https, of one that takes no WebSocket from its own page.
import assert from 'node:assert/strict';
import { baseUrl, check } from './lib/check.mjs';
import { Tab, launch } from './lib/browser.mjs';
import { Gate } from './lib/gate.mjs';
import { Line } from './lib/line.mjs';

const waiting = (tab) => tab.page.locator('body[data-state="waiting"]').waitFor();
const text = (tab, id) => tab.page.locator(`#${id}`).textContent();

check(async (step) => {
  const browser = await launch();
  const context = await browser.newContext();
  const gate = await Gate.to(baseUrl());

  for (const [status, headers, why, countdown] of [
    [429, { 'Retry-After': '300' }, /refuses the connection for now \(429\)/, /^again in 5 min$/],
    [503, { 'Retry-After': '90' }, /refuses the connection for now \(503\)/, /^again in (90|89|9[1-9]) s$/],
    [403, {}, /refuses the connection \(403\)/, /^again in [2-4]\d s$/],
  ]) {
    for (const hash of ['#lobby', '#board/prices']) {
      step(`${status} at ${hash}`);
      gate.refuse(status, headers);
      const tab = await Tab.opened(context, new URL(hash, gate.url).href);
      await waiting(tab);
      assert.equal(await text(tab, 'state'), 'Refused');
      assert.match(await text(tab, 'why'), why);
      assert.match(await text(tab, 'countdown'), countdown);
      assert.equal(await tab.page.locator('#why').getAttribute('role'), 'status');
      assert.equal(await tab.shown('.empty').isVisible(), false, 'that it is quiet there, nobody knows');

      step(`${status} at ${hash}: that the network is back is no reason to come earlier; a person is one`);
      await tab.page.evaluate(() => window.dispatchEvent(new Event('online')));
      assert.equal(await tab.page.locator('body').getAttribute('data-state'), 'waiting');
      gate.refuse(null);
      await tab.page.locator('#retry').click();
      await tab.connected();
      assert.equal(await text(tab, 'state'), 'Connected');
      assert.equal(await text(tab, 'why'), '');
      assert.deepEqual(tab.complaints.filter((line) => !/^(WebSocket connection to .+ failed|Failed to load resource: the server responded with a status of \d)/.test(line)), []);
      await tab.page.close();
    }
  }

  step('a broken network is no refusal');
  const line = await Line.to(baseUrl());
  const cutOff = await Tab.open(context, new URL('#board/prices', line.url).href);
  line.cut();
  await cutOff.page.locator('#why', { hasText: 'can’t be reached' }).waitFor();
  assert.equal(await text(cutOff, 'state'), 'Not reached');
  line.mend();
  await cutOff.connected();
  assert.equal(await text(cutOff, 'why'), '');

  for (const address of process.argv.slice(3)) {
    step(`a server that refuses only the WebSocket, at ${address}`);
    const own = await browser.newContext({ ignoreHTTPSErrors: true });
    const tab = await Tab.opened(own, new URL('#board/prices', address).href);
    await waiting(tab);
    assert.equal(await text(tab, 'state'), 'Refused');
    assert.match(await text(tab, 'why'), /^The server is there, but opens no WebSocket: /);
    assert.deepEqual(tab.complaints.filter((complaint) => /Content Security Policy/.test(complaint)), []);
  }

  line.close();
  gate.close();
  await browser.close();
  return {};
});
