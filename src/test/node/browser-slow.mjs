// A tab that reads too slowly, of channels under LATEST: it is told how much was skipped, its board still has the
// newest value of each key, and its log goes on. The server must have LATEST for "slow." and a low high-water mark.
import assert from 'node:assert/strict';
import { baseUrl, check } from './lib/check.mjs';
import { Tab, launch } from './lib/browser.mjs';
import { Line } from './lib/line.mjs';

const KEYS = ['A', 'B', 'C'];
const UPDATES = 600;
/** So large that they do not all fit between the server and the tab. */
const PADDING = 'x'.repeat(40_000);

/** Publishes under each key in turn, each when the one before is answered. */
function publishMany(tab, updates) {
  return tab.page.evaluate(({ keys, updates, padding }) => new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${location.host}/v1/ws`, 'highwater.v1');
    let n = 0;
    const next = () => {
      if (++n > updates) {
        socket.close();
        resolve();
        return;
      }
      const key = keys[n % keys.length];
      const data = n > updates - keys.length ? `last of ${key}` : `${n} ${padding}`;
      socket.send(JSON.stringify({ type: 'publish', id: n, channel: 'slow.prices', msgId: `n${n}`, key, data }));
    };
    socket.onopen = () => socket.send('{"type":"hello","id":1,"client":"fast"}');
    socket.onclose = ({ code }) => reject(new Error(`closed ${code}`));
    socket.onmessage = ({ data }) => (/"type":"(welcome|published)"/.test(data) ? next() : reject(new Error(data)));
  }), { keys: KEYS, updates, padding: PADDING });
}

check(async (step) => {
  const browser = await launch();
  const context = await browser.newContext();
  const line = await Line.to(baseUrl());
  const fast = await Tab.open(context, new URL('#lobby', baseUrl()).href);
  const board = await Tab.open(context, new URL('#board/slow.prices', line.url).href);
  const log = await Tab.open(context, new URL('#channel/slow.prices', line.url).href);
  await log.shown('.notice', { hasText: 'You follow' }).waitFor();

  step('publish while neither reads');
  line.pause();
  await publishMany(fast, UPDATES);
  line.resume();

  step('the board has the newest of each key');
  for (const key of KEYS) {
    await board.shown('.value', { hasText: `last of ${key}` }).waitFor();
  }
  assert.match(await board.shown('#board-note').textContent(), / skipped; the newest of each key is here/);

  step('the log says how much was skipped, misses nothing else, and goes on');
  await log.sees('last of C');
  const told = await log.log();
  const skipped = told.map((text) => Number(/^(\d+|One) messages? (?:was|were) skipped/.exec(text)?.[1].replace('One', '1') ?? 0)).reduce((a, b) => a + b);
  const got = told.filter((text) => text.endsWith(PADDING) || text.startsWith('last of')).length;
  assert.ok(skipped > 0);
  assert.equal(got + skipped, UPDATES);
  assert.equal(told.some((text) => text.includes('missing')), false);
  await log.say('still here');
  await log.sees('still here');

  for (const tab of [fast, board, log]) {
    assert.deepEqual(tab.complaints, []);
  }
  line.close();
  await browser.close();
  return { skipped };
});
