// Chromium's permessage-deflate against /v1/echo: 4,000 messages each way over one socket, and the same over a second one beside it.
import assert from 'node:assert/strict';
import { baseUrl, check } from './lib/check.mjs';
import { launch } from './lib/browser.mjs';

const COUNT = 4000;
const base = baseUrl();

/** Runs in the page. */
function echo({ url, count, seed }) {
  return new Promise((resolve, reject) => {
    let x = seed;
    const next = () => (x = (Math.imul(x, 1664525) + 1013904223) >>> 0) >>> 8;
    const message = () => {
      const size = (1 << next() % 13) + (next() % 64);
      if (next() % 8 === 0) {
        return Uint8Array.from({ length: size }, next);
      }
      let text = '';
      while (text.length < size) {
        text += `{"type":"order","id":${next() % 100000},"symbol":"EUR${'ABCDEFGH'[next() % 8]}","note":"größe 水 🌊 ${next() % 50}"}`;
      }
      return next() % 16 === 0 ? '' : text;
    };
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    const sent = [];
    let received = 0;
    const send = () => {
      const one = message();
      sent.push(one);
      socket.send(one);
    };
    socket.onopen = () => {
      for (let i = 0; i < 40; i++) {
        send();
      }
    };
    socket.onmessage = ({ data }) => {
      const expected = sent[received];
      const same = typeof expected === 'string' ? data === expected : new Uint8Array(data).every((byte, i) => byte === expected[i]) && data.byteLength === expected.length;
      if (!same) {
        reject(new Error(`message ${received} came back as another`));
      }
      sent[received] = undefined;
      received++;
      if (received === count) {
        socket.onclose = undefined;
        socket.close(1000);
        resolve(socket.extensions);
      } else if (sent.length < count) {
        send();
      }
    };
    socket.onclose = ({ code, reason }) => reject(new Error(`closed ${code} ${reason} after ${received}`));
  });
}

check(async (step) => {
  const browser = await launch();
  const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  await page.goto(base.href);
  const url = `${base.protocol === 'https:' ? 'wss:' : 'ws:'}//${base.host}/v1/echo`;
  step('4,000 messages on each of two sockets');
  const answers = await Promise.all([1, 2].map((seed) => page.evaluate(echo, { url, count: COUNT, seed })));
  await browser.close();
  assert.deepEqual(answers, Array(2).fill('permessage-deflate; client_max_window_bits=12'));
  return { messages: 2 * COUNT };
});
