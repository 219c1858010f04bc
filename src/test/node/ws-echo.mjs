// npm's ws against /v1/echo over HTTP/1.1: sizes, fragments, pings, and both directions of the closing handshake.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import WebSocket from 'ws';
import { baseUrl, check, noise, words } from './lib/check.mjs';

const SIZES = [1, 2, 125, 126, 127, 1000, 65_535, 65_536, 65_537, 300_000, 1_000_000, 1_048_576];
const base = baseUrl();
const wsUrl = `${base.protocol === 'https:' ? 'wss:' : 'ws:'}//${base.host}`;

async function open(path, options = {}) {
  const socket = new WebSocket(wsUrl + path, { rejectUnauthorized: false, perMessageDeflate: false, maxPayload: 2 << 20, ...options });
  await once(socket, 'open');
  return socket;
}

async function nextMessage(socket) {
  const [data, isBinary] = await once(socket, 'message');
  return isBinary ? data : data.toString('utf8');
}

async function echo(socket, message) {
  const back = nextMessage(socket);
  socket.send(message);
  const got = await back;
  assert.ok(typeof message === 'string' ? got === message : Buffer.isBuffer(got) && got.equals(message), `echo of ${message.length}`);
}

async function closed(socket) {
  const [code, reason] = await once(socket, 'close');
  return { code, reason: reason.toString() };
}

check(async (step) => {
  for (const perMessageDeflate of [false, true]) {
    const socket = await open('/v1/echo', { perMessageDeflate });
    for (const size of SIZES) {
      step(`${size} bytes, deflate ${perMessageDeflate ? 'offered' : 'not offered'}`);
      await echo(socket, words(size, 3));
      await echo(socket, noise(size, size));
    }
    await echo(socket, '');
    socket.close(1000);
    assert.equal((await closed(socket)).code, 1000);
  }

  const socket = await open('/v1/echo');
  step('fragments with pings between them');
  for (const sizes of [[1, 1], [0, 5, 0], [125, 126, 127], [70_000, 1, 70_000], Array(50).fill(7)]) {
    const parts = sizes.map((size, i) => noise(size, i + 1));
    const back = nextMessage(socket);
    const pongs = [];
    const onPong = (payload) => pongs.push(payload.toString());
    socket.on('pong', onPong);
    parts.forEach((part, i) => {
      socket.send(part, { binary: true, fin: i === parts.length - 1 });
      socket.ping(`between ${i}`);
    });
    assert.deepEqual(await back, Buffer.concat(parts));
    await echo(socket, 'and on');
    socket.off('pong', onPong);
    assert.deepEqual(pongs, parts.map((_, i) => `between ${i}`));
  }
  step('a character split between text fragments');
  const text = Buffer.from('a水🌊');
  const back = nextMessage(socket);
  for (let i = 0; i < text.length; i++) {
    socket.send(text.subarray(i, i + 1), { binary: false, fin: i === text.length - 1 });
  }
  assert.equal(await back, 'a水🌊');

  step('many messages in flight keep their order');
  const sent = Array.from({ length: 90 }, (_, i) => `message ${i}`);
  const got = [];
  const all = new Promise((resolve) => {
    socket.on('message', (data) => got.push(data.toString()) === sent.length && resolve());
  });
  sent.forEach((message) => socket.send(message));
  await all;
  assert.deepEqual(got, sent);

  step('pings of every allowed size');
  for (const size of [0, 1, 124, 125]) {
    const pong = once(socket, 'pong');
    socket.ping(noise(size, 9));
    assert.deepEqual((await pong)[0], noise(size, 9));
  }
  socket.close();
  assert.equal((await closed(socket)).code, 1005, 'a Close without a code is answered by one without');

  for (const [code, reason] of [[1000, ''], [1000, 'bye'], [3001, 'library'], [4000, 'é'.repeat(61)]]) {
    step(`the client closes with ${code} ${reason.slice(0, 10)}`);
    const closing = await open('/v1/echo');
    await echo(closing, 'alive');
    closing.close(code, reason);
    const answer = await closed(closing);
    assert.equal(answer.code, code);
    assert.ok(answer.reason === reason || answer.reason === '', `reason came back as ${answer.reason}`);
  }

  for (const [code, reason] of [[1000, ''], [1001, 'going away'], [1011, 'é'.repeat(61)], [3001, 'library'], [4000, 'application'], [4999, 'x']]) {
    step(`the server closes with ${code} ${reason.slice(0, 10)}`);
    const closing = await open('/test/close');
    const answer = closed(closing);
    closing.send(`${code} ${reason}`);
    assert.deepEqual(await answer, { code, reason });
  }

  step('a message over the limit');
  const tooBig = await open('/v1/echo');
  const answer = closed(tooBig);
  tooBig.send(noise(1_048_577, 1));
  assert.equal((await answer).code, 1009);
  return { sizes: SIZES.length };
});
