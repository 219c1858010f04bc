// The page's reconnecting connection against a made-up browser: which close comes back, when, and which does not.
// Its argument is the path of connection.js.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { check } from './lib/check.mjs';

const source = await readFile(process.argv[2], 'utf8');
const { RoomConnection } = await import(`data:text/javascript,${encodeURIComponent(source)}`);

/** A browser whose time is moved by hand, and whose dice always show the same. */
class World {
  now = 0;
  dice = 0.5;
  timers = new Map();
  sockets = [];
  #ids = 0;

  webSocket = (url) => {
    const socket = { url, readyState: 0, sent: [], closedWith: null, send: (text) => socket.sent.push(text) };
    socket.close = (code) => (socket.closedWith = code ?? 'no code');
    this.sockets.push(socket);
    return socket;
  };
  setTimeout = (task, ms) => {
    this.timers.set(++this.#ids, { task, at: this.now + ms });
    return this.#ids;
  };
  clearTimeout = (id) => this.timers.delete(id);
  nowMs = () => this.now;
  random = () => this.dice;

  get last() {
    return this.sockets.at(-1);
  }

  open() {
    this.last.readyState = 1;
    this.last.onopen();
  }

  close(code, reason = '') {
    this.last.readyState = 3;
    this.last.onclose({ code, reason });
  }

  advance(ms) {
    this.now += ms;
    for (const [id, { task, at }] of this.timers) {
      if (at <= this.now) {
        this.timers.delete(id);
        task();
      }
    }
  }
}

function start() {
  const world = new World();
  const states = [];
  const frames = [];
  const connection = new RoomConnection('ws://host/v1/chat/tea', { onState: (s) => states.push(s), onFrame: (f) => frames.push(f) }, world);
  return { world, states, frames, connection, state: () => states.at(-1) };
}

check(async (step) => {
  for (const code of [1000, 1002, 1003, 1007, 1008, 1009, 4401, 4403, 4400, 4999]) {
    step(`${code} ends it, with a text`);
    const { world, state, connection } = start();
    world.open();
    world.close(code);
    assert.equal(state().name, 'stopped');
    assert.ok(state().text.length > 10);
    assert.equal(world.timers.size, 0);
    connection.retryNow();
    assert.equal(world.sockets.length, 2, 'but a person may try again');
  }

  for (const code of [1001, 1005, 1006, 1011, 1012, 1013, 1015, 3000, 4000, 4399, 4408, 4429]) {
    step(`${code} comes back`);
    const { world, state } = start();
    world.open();
    world.close(code);
    assert.deepEqual(state(), { name: 'waiting', atMs: 250 });
    world.advance(249);
    assert.equal(world.sockets.length, 1);
    world.advance(1);
    assert.equal(world.sockets.length, 2);
  }

  step('the back-off doubles to its cap, with full jitter');
  {
    const { world, state } = start();
    const bounds = [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000];
    for (const bound of bounds) {
      world.dice = 0.25;
      world.close(1006);
      assert.equal(state().atMs - world.now, bound / 4);
      world.advance(bound / 4);
    }
    step('a connection that fails soon after it opened does not start it afresh');
    world.open();
    world.advance(9_999);
    world.close(1013);
    assert.equal(state().atMs - world.now, 5_000);
    world.advance(5_000);
    step('one that lived does');
    world.open();
    world.advance(10_000);
    world.close(1013);
    assert.equal(state().atMs - world.now, 125);
  }

  const reasons = { '{"retryAfterMs":4000}': 4000, '{"retryAfterMs":-5}': 0, '{"retryAfterMs":1e12}': 300_000, '{"retryAfterMs":"9"}': 0, null: 0, restarting: 0, '': 0 };
  for (const [reason, notBefore] of Object.entries(reasons)) {
    step(`1012 with the reason ${reason}`);
    const { world, state } = start();
    world.open();
    world.close(1012, reason);
    assert.equal(state().atMs, notBefore + 250);
  }

  step('a handshake that nobody answers is given up');
  {
    const { world } = start();
    world.advance(15_000);
    assert.equal(world.last.closedWith, 'no code');
  }

  step('sends only while open, and hears only its own socket');
  {
    const { world, connection, frames, state } = start();
    assert.equal(connection.send('early'), false);
    world.open();
    assert.equal(connection.send('now'), true);
    assert.deepEqual(world.last.sent, ['now']);
    world.last.onmessage({ data: 'one' });
    const old = world.last;
    world.close(1006);
    world.advance(250);
    world.open();
    old.onmessage({ data: 'late' });
    old.onclose({ code: 1000, reason: '' });
    assert.deepEqual(frames, ['one']);
    assert.equal(state().name, 'open');
  }

  step('after leave() there is silence');
  {
    const { world, connection, states } = start();
    world.open();
    connection.leave();
    const told = states.length;
    assert.equal(world.last.closedWith, 1000);
    world.close(1000);
    world.advance(60_000);
    connection.retryNow();
    assert.equal(states.length, told);
    assert.equal(world.sockets.length, 1);
  }
  return {};
});
