// The page's reconnecting connection against a made-up browser: which close comes back, when, and which does not.
// Its arguments are the folder of the page, and spec/close-codes.json, which says what each code asks for.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { check } from './lib/check.mjs';
import { World, pageModule } from './lib/page.mjs';

const { Connection, retryAfterHeaderMs, whyNotOpened } = await pageModule('connection.js');

const spec = JSON.parse(await readFile(process.argv[3], 'utf8'));

/** The codes that ask for one of these; of a range of other codes its first and its last that has no meaning of its own. */
function wants(answers) {
  const known = new Set(spec.codes.map(({ code }) => code));
  const unknown = (code, step) => (known.has(code) ? unknown(code + step, step) : code);
  const ends = spec.others.flatMap(({ from, to, reconnect }) => [unknown(from, 1), unknown(to, -1)].map((code) => ({ code, reconnect })));
  return [...spec.codes, ...ends].filter(({ reconnect }) => answers.includes(reconnect)).map(({ code }) => code);
}

function start() {
  const world = new World();
  const states = [];
  const frames = [];
  const connection = new Connection('ws://host/v1/chat/tea', { onState: (s) => states.push(s), onFrame: (f) => frames.push(f) }, world);
  return { world, states, frames, connection, state: () => states.at(-1) };
}

check(async (step) => {
  for (const code of wants(['no', 'after a new token'])) {
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

  for (const code of [...wants(['yes', 'with back-off']), 1015]) {
    step(`${code} comes back`);
    const { world, state } = start();
    world.open();
    world.close(code);
    const text = code === 1012 ? 'The server restarts.' : [1005, 1006, 1015].includes(code) ? 'The connection broke.' : 'The server closed the connection for now.';
    const why = { label: 'Reconnecting', text, isRefusal: false };
    assert.deepEqual(state(), { name: 'waiting', atMs: 250, why });
    assert.deepEqual(world.asked, [], 'it was open: nobody refused it');
    world.advance(249);
    assert.equal(world.sockets.length, 1);
    world.advance(1);
    assert.equal(world.sockets.length, 2);
    assert.deepEqual(state(), { name: 'connecting', why });
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

  step('why no WebSocket opened is asked with a plain request, and is told until one opens');
  {
    const { world, state } = start();
    world.answer = null;
    world.close(1006);
    assert.deepEqual(world.asked.map(({ url }) => url), ['http://host/v1/chat/tea']);
    assert.equal(state().name, 'connecting', 'nothing is known yet');
    assert.equal(world.timers.size, 0);
    world.asked[0].onAnswer({ status: 429, retryAfterMs: 7_000 });
    const why = whyNotOpened({ status: 429 });
    assert.deepEqual(state(), { name: 'waiting', atMs: 7_250, why });
    world.advance(7_249);
    assert.equal(world.sockets.length, 1, 'Retry-After is kept to');
    world.advance(1);
    assert.deepEqual(state(), { name: 'connecting', why });
    world.close(1006);
    world.asked[1].onAnswer({ status: null, retryAfterMs: 0 });
    assert.equal(state().why.label, 'Not reached', 'a new reason takes the place of the old one');
    world.advance(20_000);
    world.open();
    assert.deepEqual(state(), { name: 'open' });
    world.close(1006);
    assert.equal(state().why.text, 'The connection broke.');
  }

  step('what it may answer, in words');
  {
    const of = (status, more) => whyNotOpened({ status, ...more });
    for (const status of [401, 403, 429, 503, 502]) {
      assert.equal(of(status).label, 'Refused');
      assert.match(of(status).text, new RegExp(`\\(${status}\\)`));
    }
    for (const status of [200, 400, 404, 405, 426]) {
      assert.match(of(status).text, /^The server is there, but opens no WebSocket: .*limit.*proxy/);
    }
    assert.match(of(0, { isRedirect: true }).text, /elsewhere/);
    assert.match(of(null).text, /can’t be reached/);
    assert.deepEqual([null, 0, 403, 426, 429, 502, 503].map((status) => of(status, { isRedirect: status === 0 }).isRefusal), [false, ...Array(6).fill(true)]);
  }

  step('a refusal that time alone does not lift is not asked about often');
  for (const status of [401, 403]) {
    const { world, state } = start();
    world.answer = { status, retryAfterMs: 0 };
    world.close(1006);
    assert.equal(state().atMs, 20_250);
  }

  step('Retry-After in seconds, or as a date by the server’s own clock');
  const date = 'Mon, 30 Nov 2026 03:00:00 GMT';
  for (const [header, ms] of [['7', 7_000], [' 120 ', 120_000], ['600', 600_000], ['Mon, 30 Nov 2026 03:02:00 GMT', 120_000], ['Mon, 30 Nov 2026 02:00:00 GMT', 0], ['999999999', 86_400_000], ['soon', 0], ['-5', 0], ['', 0], [null, 0]]) {
    assert.equal(retryAfterHeaderMs(header, date), ms, header);
  }
  assert.equal(retryAfterHeaderMs('Mon, 30 Nov 2026 03:02:00 GMT', null), 0);

  step('an answer that comes after a new attempt, or after leave(), changes nothing');
  {
    const { world, states, connection } = start();
    world.answer = null;
    world.close(1006);
    connection.retryNow();
    assert.equal(world.sockets.length, 2);
    world.asked[0].onAnswer({ status: 503, retryAfterMs: 9_000 });
    assert.deepEqual(states.at(-1), { name: 'connecting', why: null });
    world.close(1006);
    connection.leave();
    const told = states.length;
    world.asked[1].onAnswer({ status: 503, retryAfterMs: 9_000 });
    assert.equal(states.length, told);
    assert.equal(world.timers.size, 0);
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

  step('offers a subprotocol only where it has one');
  assert.deepEqual(start().world.last.subprotocol, []);

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

  step('a server that drains says when to come back, however it closes then');
  for (const [held, reason, atMs] of [[4000, '', 4000], [4000, '{"retryAfterMs":6000}', 6000], [-1, '', 0], ['soon', '', 0]]) {
    const { world, state, connection } = start();
    world.open();
    connection.holdOff(held);
    world.close(1012, reason);
    assert.equal(state().atMs, atMs + 250);
    world.advance(atMs + 250);
    world.close(1006);
    assert.equal(state().atMs - world.now, 500, 'and that is over with the next attempt');
  }

  step('the server’s own back-off, within reason');
  for (const [wanted, first] of [[{ baseMs: 2000, capMs: 3000 }, 1000], [{ baseMs: 1, capMs: 5 }, 50], [{ baseMs: 9, capMs: 3 }, 250], [{ baseMs: '5' }, 250], [null, 250]]) {
    const { world, state, connection } = start();
    world.open();
    connection.useBackoff(wanted);
    world.close(1001);
    assert.equal(state().atMs, first);
  }

  step('a silent connection is given up at once, and its late close is not heard');
  {
    const { world, state, connection } = start();
    world.open();
    const silent = world.last;
    connection.giveUp();
    assert.equal(silent.closedWith, 'no code');
    assert.deepEqual([state().name, state().atMs], ['waiting', 250]);
    silent.onclose({ code: 1000, reason: '' });
    world.advance(250);
    assert.equal(world.sockets.length, 2);
    assert.equal(state().name, 'connecting');
  }
  return {};
});
