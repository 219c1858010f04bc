// npm's ws with permessage-deflate against /v1/echo: real contexts on the other side, for every window and in every combination.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import WebSocket from 'ws';
import { baseUrl, check } from './lib/check.mjs';
import { message, numbers } from './lib/corpus.mjs';

const IN_FLIGHT = 40;
const base = baseUrl();
const mode = process.argv[3];
const wsUrl = `${base.protocol === 'https:' ? 'wss:' : 'ws:'}//${base.host}`;

async function open(perMessageDeflate) {
  const socket = new WebSocket(`${wsUrl}/v1/echo`, { rejectUnauthorized: false, perMessageDeflate: { threshold: 0, ...perMessageDeflate } });
  socket.once('upgrade', ({ headers }) => {
    socket.answer = headers['sec-websocket-extensions'] ?? '';
  });
  await once(socket, 'open');
  return socket;
}

function same(sent, got, isBinary) {
  return typeof sent === 'string' ? !isBinary && got.toString() === sent : isBinary && got.equals(sent);
}

/** So many messages to and fro, some in fragments, with pings between. */
async function stream(socket, count, seed, most) {
  const next = numbers(seed);
  const sent = [];
  let received = 0;
  let pongs = 0;
  let pings = 0;
  socket.on('pong', () => pongs++);
  await new Promise((resolve, reject) => {
    const send = () => {
      const one = message(next, most);
      sent.push(one);
      if (one.length > 8 && next() % 4 === 0) {
        const whole = Buffer.from(one);
        const binary = typeof one !== 'string';
        const cut = next() % whole.length;
        socket.send(whole.subarray(0, cut), { binary, fin: false });
        if (next() % 2 === 0) {
          socket.ping(`${pings++}`);
        }
        socket.send(whole.subarray(cut), { binary, fin: true });
      } else {
        socket.send(one);
      }
    };
    socket.on('message', (data, isBinary) => {
      if (!same(sent[received], data, isBinary)) {
        reject(new Error(`message ${received} of ${sent[received].length} came back as ${data.length}`));
      }
      sent[received] = undefined;
      received++;
      if (received === count) {
        resolve();
      } else if (sent.length < count) {
        send();
      }
    });
    socket.on('close', (code, reason) => reject(new Error(`closed ${code} ${reason} after ${received}`)));
    for (let i = 0; i < Math.min(IN_FLIGHT, count); i++) {
      send();
    }
  });
  socket.removeAllListeners('close');
  socket.close();
  assert.ok(pongs > 0 || pings === 0, 'pings were answered');
}

check(async (step) => {
  step('streams of 4,000 messages on four sockets at once');
  const sockets = await Promise.all([1, 2, 3, 4].map(() => open({})));
  for (const socket of sockets) {
    assert.match(socket.answer, mode === 'OFF' ? /^$/ : /^permessage-deflate/);
  }
  await Promise.all(sockets.map((socket, i) => stream(socket, i === 0 ? 4000 : 1000, i + 1, 4096)));

  let answers = 0;
  for (let bits = 8; bits <= 15; bits++) {
    for (const options of [{ serverMaxWindowBits: bits }, { clientMaxWindowBits: bits }, { serverMaxWindowBits: bits, clientMaxWindowBits: bits, clientNoContextTakeover: true }]) {
      step(`${JSON.stringify(options)}`);
      const socket = await open(options);
      if (options.serverMaxWindowBits !== undefined && mode !== 'OFF') {
        assert.match(socket.answer, new RegExp(`server_max_window_bits=${bits}\\b`));
        answers++;
      }
      await stream(socket, 200, bits, 20_000);
    }
  }
  for (const options of [{ serverNoContextTakeover: true }, { clientNoContextTakeover: true }, { serverNoContextTakeover: true, clientNoContextTakeover: true }]) {
    step(`${JSON.stringify(options)}`);
    const socket = await open(options);
    await stream(socket, 300, 7, 8192);
  }
  return { answers };
});
