// The page's client of highwater.v1 against a made-up server: order, doubles, gaps, resume, and what is sent again.
// Its argument is the folder of the page.
import assert from 'node:assert/strict';
import { check } from './lib/check.mjs';
import { World, pageModule } from './lib/page.mjs';

const { ChannelClient } = await pageModule('channels.js');

const GENERATION = 1795301843554;
const at = (sequence, generation = GENERATION) => `${generation}-${1000 + sequence}-${sequence}`;
/** The place behind a message, as the page writes it. */
const behind = (sequence) => `${GENERATION}-0-${sequence + 1}`;
const message = (sequence, more = {}) => ({ type: 'message', channel: 'c', msgId: `m${sequence}`, origin: 'local', position: at(sequence), data: sequence, ...more });
const messages = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => message(from + i));

/** A client that has joined, with the server's part in the test's hands. */
class Talk {
  world = new World();
  told = [];
  states = [];
  #read = 0;
  #socket = null;

  constructor() {
    this.client = new ChannelClient('ws://host/v1/ws', { client: 'tab', onState: (state) => this.states.push(state) }, this.world);
  }

  listener(told = this.told) {
    return {
      onMessage: ({ msgId }, how) => told.push(how === 'live' ? msgId : `${msgId} ${how}`),
      onSubscribed: () => {},
      onCaughtUp: () => told.push('caught up'),
      onSkipped: (count) => told.push(`skipped ${count}`),
      onMissing: (count) => told.push(`missing ${count}`),
      onLost: (reason) => told.push(reason),
      onError: ({ code }) => told.push(code),
      onNotice: (text) => told.push(text),
    };
  }

  join(options = { wants: 'log' }, told) {
    return this.client.join('c', options, this.listener(told));
  }

  /** The next command, whose named fields must be these; its id is kept for the answer. */
  expect(fields) {
    const { sent } = this.world.last;
    if (this.#socket !== this.world.last) {
      this.#socket = this.world.last;
      this.#read = 0;
    }
    assert.ok(this.#read < sent.length, `nothing was sent for ${JSON.stringify(fields)}`);
    const { id, ...command } = JSON.parse(sent[this.#read++]);
    assert.deepEqual(command, fields);
    this.id = id;
    return this;
  }

  expectNothing() {
    assert.deepEqual(this.world.last.sent.slice(this.#socket === this.world.last ? this.#read : 0), []);
  }

  answer(fields) {
    this.say({ id: this.id, ...fields });
  }

  say(frame) {
    this.world.last.onmessage({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }

  welcome(attempt = 0, more = {}) {
    this.world.open();
    this.expect({ type: 'hello', client: 'tab', attempt });
    this.answer({ type: 'welcome', session: 's', node: 'n', pingSeconds: 25, reconnect: { baseMs: 500, capMs: 20_000 }, maxMessageBytes: 65_536, ...more });
  }

  subscribed(sequence, more = {}) {
    this.answer({ type: 'subscribed', channel: 'c', recovered: true, cursor: { local: at(sequence) }, ...more });
  }

  history(list, complete = true) {
    this.answer({ type: 'history', channel: 'c', messages: list, complete });
  }

  published(msgId, sequence, duplicate = false) {
    this.answer({ type: 'published', msgId, origin: 'local', position: at(sequence), level: 'memory', duplicate });
  }

  /** The connection breaks and comes back. */
  breakOff(code = 1006, reason = '', ms = 300_000) {
    this.world.close(code, reason);
    this.world.advance(ms);
  }

  hears(...expected) {
    assert.deepEqual(this.told.splice(0), expected);
  }
}

/** Joined to a channel that has so many messages, and caught up. */
function joined(kept) {
  const talk = new Talk();
  talk.place = talk.join();
  talk.welcome();
  talk.expect({ type: 'subscribe', channel: 'c' }).subscribed(kept);
  if (kept > 0) {
    talk.expect({ type: 'history', channel: 'c', origin: 'local', before: behind(kept), limit: 1000 }).history(messages(1, kept).reverse());
  }
  talk.told.length = 0;
  return talk;
}

const own = (msgId, fates, data = 'hi') => ({ msgId, data, onPublished: ({ duplicate }) => fates.push(`${msgId} published${duplicate ? ' before' : ''}`), onFailed: ({ code }) => fates.push(`${msgId} ${code}`) });

check(async (step) => {
  step('since when it is down: from the break on, through all attempts');
  {
    const talk = new Talk();
    const { world, states } = talk;
    assert.equal(states.at(-1).sinceMs, null, 'it never was open');
    talk.welcome();
    world.advance(8_000);
    const brokeAtMs = world.wallMs();
    world.close(1006);
    assert.equal(states.at(-1).sinceMs, brokeAtMs);
    world.advance(20_000);
    assert.deepEqual([states.at(-1).name, states.at(-1).sinceMs], ['connecting', brokeAtMs]);
    world.close(1006);
    assert.deepEqual([states.at(-1).name, states.at(-1).sinceMs], ['waiting', brokeAtMs]);
    world.advance(20_000);
    talk.welcome(1);

    step('after a silence: from the last sign of life on');
    const heardAtMs = world.wallMs();
    world.advance(25_000);
    world.advance(10_000);
    assert.deepEqual([states.at(-1).name, states.at(-1).sinceMs], ['waiting', heardAtMs]);
    world.advance(20_000);
    talk.welcome(2);
    const sleptAtMs = world.wallMs();
    world.wall += 3_600_000; // The lid was closed for an hour.
    world.close(1006);
    assert.equal(states.at(-1).sinceMs, sleptAtMs);
  }

  step('hello, then subscribe, then the newest of the history; what is live meanwhile follows it');
  {
    const talk = new Talk();
    talk.join();
    assert.deepEqual(talk.world.last.subprotocol, ['highwater.v1']);
    talk.world.open();
    assert.deepEqual(talk.states.map(({ name }) => name), ['connecting'], 'open is the welcome');
    talk.expect({ type: 'hello', client: 'tab', attempt: 0 });
    talk.expectNothing();
    talk.answer({ type: 'welcome' });
    assert.equal(talk.states.at(-1).name, 'open');
    talk.expect({ type: 'subscribe', channel: 'c' });
    talk.say(message(9));
    talk.subscribed(3);
    talk.expect({ type: 'history', channel: 'c', origin: 'local', before: behind(3), limit: 1000 });
    talk.say(message(4));
    talk.history(messages(2, 3).reverse(), false);
    talk.hears('m2 history', 'm3 history', 'm4', 'caught up');
    talk.say(message(5));
    talk.hears('m5');
  }

  step('resume after the cursor: what was missed and nothing else');
  {
    const talk = joined(2);
    talk.say(message(3));
    talk.breakOff();
    talk.welcome(1);
    talk.expect({ type: 'subscribe', channel: 'c', since: { local: at(3) } }).subscribed(5);
    messages(4, 6).forEach((missed) => talk.say(missed));
    talk.expectNothing();
    talk.hears('m3', 'caught up', 'm4', 'm5', 'm6');
    assert.deepEqual(talk.place.cursor(), { local: at(6) });
  }

  step('an ephemeral channel: no positions, no history, nothing to resume after; repeats are dropped all the same');
  {
    const talk = new Talk();
    talk.place = talk.join();
    talk.welcome();
    const live = (sequence) => message(sequence, { origin: undefined, position: undefined });
    talk.expect({ type: 'subscribe', channel: 'c' }).answer({ type: 'subscribed', channel: 'c', recovered: true });
    talk.expectNothing();
    [live(1), live(1), live(2)].forEach((each) => talk.say(each));
    talk.hears('caught up', 'm1', 'm2');
    assert.equal(talk.place.cursor(), null);
    talk.breakOff();
    talk.welcome(1);
    talk.expect({ type: 'subscribe', channel: 'c' }).answer({ type: 'subscribed', channel: 'c', recovered: true });
    talk.say(live(3));
    talk.hears('caught up', 'm3');
  }

  step('a remembered cursor resumes too, and what lies before it is history');
  {
    const talk = new Talk();
    talk.join({ wants: 'log', cursor: { local: at(2) } });
    talk.welcome();
    talk.expect({ type: 'subscribe', channel: 'c', since: { local: at(2) } }).subscribed(4);
    talk.say(message(3));
    talk.expect({ type: 'history', channel: 'c', origin: 'local', before: behind(2), limit: 1000 }).history(messages(1, 2).reverse());
    talk.say(message(4));
    talk.hears('m1 history', 'm2 history', 'm3', 'caught up', 'm4');
  }

  step('doubles are dropped: by position, and by msgId for the last 1,000');
  {
    const talk = joined(2);
    talk.say(message(2, { msgId: 'older' }));
    talk.say(message(3));
    talk.say(message(3, { msgId: 'again' }));
    talk.say(message(4, { msgId: 'm1' }));
    messages(5, 1003).forEach((more) => talk.say(more));
    talk.hears('m3', ...messages(5, 1003).map(({ msgId }) => msgId));
    talk.say(message(1004, { msgId: 'm4' }));
    talk.say(message(1005, { msgId: 'm5' }));
    talk.say(message(1006, { msgId: 'm3' }));
    talk.hears('m4', 'm3');
    assert.deepEqual(talk.place.cursor(), { local: at(1006) });
  }

  step('one that is late comes, once, and moves no cursor');
  {
    const talk = joined(5);
    talk.say(message(3, { msgId: 'late', late: true }));
    talk.say(message(3, { msgId: 'late', late: true }));
    talk.hears('late late');
    assert.deepEqual(talk.place.cursor(), { local: at(5) });
  }

  step('a gap is filled from the history before anything later is told');
  {
    const talk = joined(2);
    talk.say(message(6));
    talk.say(message(7));
    talk.hears();
    talk.expect({ type: 'history', channel: 'c', origin: 'local', after: at(2), limit: 1000 }).history(messages(3, 4), false);
    talk.expect({ type: 'history', channel: 'c', origin: 'local', after: at(4), limit: 1000 }).history(messages(5, 7));
    talk.hears('m3', 'm4', 'm5', 'm6', 'm7', 'caught up');
  }

  step('what the history has no more is missing, and said so once');
  {
    const talk = joined(2);
    talk.say(message(7));
    talk.expect({ type: 'history', channel: 'c', origin: 'local', after: at(2), limit: 1000 }).history(messages(5, 7));
    talk.hears('missing 2', 'm5', 'm6', 'm7', 'caught up');
    talk.say(message(9));
    talk.expect({ type: 'history', channel: 'c', origin: 'local', after: at(7), limit: 1000 }).history([]);
    talk.hears('missing 1', 'm9', 'caught up');
    talk.expectNothing();
  }

  step('a break while a gap is filled loses nothing');
  {
    const talk = joined(2);
    talk.say(message(6));
    talk.expect({ type: 'history', channel: 'c', origin: 'local', after: at(2), limit: 1000 }).history([message(3)], false);
    talk.breakOff();
    talk.welcome(1);
    talk.expect({ type: 'subscribe', channel: 'c', since: { local: at(3) } }).subscribed(6);
    messages(4, 6).forEach((missed) => talk.say(missed));
    talk.hears('m3', 'caught up', 'm4', 'm5', 'm6');
  }

  step('skipped counts as seen: no history is asked for');
  {
    const talk = joined(2);
    talk.say({ type: 'skipped', channel: 'c', origin: 'local', from: at(3), to: at(90), count: 84, reason: 'OVERFLOW' });
    talk.say(message(91));
    talk.expectNothing();
    talk.hears('skipped 84', 'm91');
    talk.say({ type: 'skipped', channel: 'c', origin: 'local', from: at(95), to: at(96), count: 2, reason: 'OVERFLOW' });
    talk.expect({ type: 'history', channel: 'c', origin: 'local', after: at(91), limit: 1000 }).history(messages(92, 94));
    talk.hears('m92', 'm93', 'm94', 'skipped 2', 'caught up');
  }

  step('recovered:false: the reason is told, the new cursor taken, and the history asked for what there is');
  for (const reason of ['TRIMMED', 'LIMIT']) {
    const talk = joined(2);
    talk.breakOff();
    talk.welcome(1);
    talk.expect({ type: 'subscribe', channel: 'c', since: { local: at(2) } }).subscribed(9, { recovered: false, reason });
    talk.expect({ type: 'history', channel: 'c', origin: 'local', after: at(2), limit: 1000 }).history(messages(8, 9));
    talk.say(message(10));
    talk.hears(reason, 'missing 5', 'm8 history', 'm9 history', 'caught up', 'm10');
  }
  {
    const talk = joined(2);
    const anew = (sequence) => message(sequence, { msgId: `n${sequence}`, position: at(sequence, GENERATION + 1) });
    talk.breakOff();
    talk.welcome(1);
    talk.expect({ type: 'subscribe', channel: 'c', since: { local: at(2) } });
    talk.subscribed(0, { recovered: false, reason: 'UNKNOWN_GENERATION', cursor: { local: at(2, GENERATION + 1) } });
    talk.expect({ type: 'history', channel: 'c', origin: 'local', after: at(2), limit: 1000 }).history([anew(1), anew(2)]);
    talk.say(anew(3));
    talk.hears('UNKNOWN_GENERATION', 'n1 history', 'n2 history', 'caught up', 'n3');
    assert.deepEqual(talk.place.cursor(), { local: at(3, GENERATION + 1) });
  }
  {
    const talk = joined(5);
    talk.breakOff();
    talk.welcome(1);
    talk.expect({ type: 'subscribe', channel: 'c', since: { local: at(5) } }).subscribed(3, { recovered: false, reason: 'UNKNOWN_POSITION' });
    talk.say(message(4, { msgId: 'other' }));
    talk.expectNothing();
    talk.hears('UNKNOWN_POSITION', 'caught up', 'other');
  }

  step('a new generation while connected: whole where the server says what came before');
  {
    const talk = joined(2);
    const first = (previous) => message(1, { msgId: `n${previous}`, position: at(1, GENERATION + 1), previous });
    talk.say(first(at(2)));
    talk.expectNothing();
    talk.hears(`n${at(2)}`);
    const other = joined(2);
    other.say(first(at(4)));
    other.expect({ type: 'history', channel: 'c', origin: 'local', after: at(2), limit: 1000 }).history([]);
    other.hears('missing null', `n${at(4)}`, 'caught up');
    const unknown = joined(2);
    unknown.say(first(undefined));
    unknown.expect({ type: 'history', channel: 'c', origin: 'local', after: at(2), limit: 1000 }).history([]);
    unknown.hears('missing null', 'nundefined', 'caught up');
    const repeats = joined(2);
    repeats.say(message(3, { msgId: 'third', position: at(3, GENERATION + 1), previous: at(2) }));
    repeats.say(message(5, { msgId: 'fifth', position: at(5, GENERATION + 1), previous: at(3, GENERATION + 1) }));
    repeats.expectNothing();
    repeats.hears('third', 'fifth');
    const empty = joined(0);
    empty.say(first(undefined));
    empty.expectNothing();
    empty.hears('nundefined');
    const told = joined(2);
    told.say({ type: 'skipped', channel: 'c', origin: 'local', from: at(1, GENERATION + 1), to: at(3, GENERATION + 1), count: 3, reason: 'OVERFLOW' });
    told.expectNothing();
    told.hears('skipped 3');
  }

  step('a publish is sent again with its msgId until it is answered, one after the other');
  {
    const talk = joined(0);
    const fates = [];
    talk.client.publish('c', own('a', fates));
    talk.client.publish('c', own('b', fates));
    talk.expect({ type: 'publish', channel: 'c', msgId: 'a', data: 'hi' });
    talk.expectNothing();
    talk.breakOff();
    talk.client.publish('c', own('c', fates));
    talk.welcome(1);
    talk.expect({ type: 'subscribe', channel: 'c', since: { local: at(0) } }).subscribed(1);
    talk.expect({ type: 'publish', channel: 'c', msgId: 'a', data: 'hi' }).published('a', 1, true);
    talk.expect({ type: 'publish', channel: 'c', msgId: 'b', data: 'hi' }).answer({ type: 'error', code: 'UNAVAILABLE', message: '', retryAfterMs: 800 });
    talk.world.advance(799);
    talk.expectNothing();
    talk.world.advance(1);
    talk.expect({ type: 'publish', channel: 'c', msgId: 'b', data: 'hi' }).published('b', 2);
    talk.expect({ type: 'publish', channel: 'c', msgId: 'c', data: 'hi' }).answer({ type: 'error', code: 'FORBIDDEN', message: '' });
    assert.deepEqual(fates, ['a published before', 'b published', 'c FORBIDDEN']);
  }

  step('its own message answers a publish as well: after that it is not sent again');
  {
    const talk = joined(0);
    const fates = [];
    talk.client.publish('c', own('a', fates));
    talk.expect({ type: 'publish', channel: 'c', msgId: 'a', data: 'hi' });
    talk.say(message(1, { msgId: 'a' }));
    talk.breakOff();
    talk.welcome(1);
    talk.expect({ type: 'subscribe', channel: 'c', since: { local: at(1) } });
    talk.expectNothing();
    talk.hears('a');
  }

  step('on a new connection the first publish names the last own message, for a minute');
  {
    const talk = joined(0);
    const fates = [];
    const publish = (msgId, more = {}) => {
      talk.client.publish('c', own(msgId, fates));
      return talk.expect({ type: 'publish', channel: 'c', msgId, data: 'hi', ...more });
    };
    const comeBack = (attempt, have, ms) => {
      talk.breakOff(1006, '', ms);
      talk.welcome(attempt);
      talk.expect({ type: 'subscribe', channel: 'c', since: { local: at(have) } }).subscribed(have);
    };
    publish('a').published('a', 1);
    publish('b').published('b', 2);
    comeBack(1, 0, 10_000);
    publish('c', { origin: 'local', after: at(2) }).answer({ type: 'error', code: 'UNAVAILABLE', message: '', retryAfterMs: 800 });
    talk.world.advance(800);
    talk.expect({ type: 'publish', channel: 'c', msgId: 'c', data: 'hi', origin: 'local', after: at(2) });
    talk.say(message(1, { msgId: 'c' }));
    publish('d').published('d', 4);
    comeBack(2, 1, 10_000);
    publish('e', { origin: 'local', after: at(4) }).published('e', 5);
    comeBack(3, 1, 60_000);
    publish('f');
  }

  step('what would end the connection with 1009 is not sent');
  {
    const talk = new Talk();
    const fates = [];
    talk.join();
    talk.welcome(0, { maxMessageBytes: 200 });
    talk.expect({ type: 'subscribe', channel: 'c' }).subscribed(0);
    talk.client.publish('c', own('big', fates, 'ö'.repeat(80)));
    talk.client.publish('c', own('small', fates, 'ö'.repeat(40)));
    await null;
    talk.expect({ type: 'publish', channel: 'c', msgId: 'small', data: 'ö'.repeat(40) });
    assert.deepEqual(fates, ['big TOO_BIG']);
  }

  step('latest: each key’s newest, marked, then live; again at each reconnect');
  {
    const talk = new Talk();
    talk.join({ wants: 'latest' });
    talk.welcome();
    talk.expect({ type: 'subscribe', channel: 'c', since: 'latest' }).subscribed(5);
    talk.say(message(3, { snapshot: true, key: 'A' }));
    talk.say(message(5, { snapshot: true, key: 'B' }));
    talk.say(message(6, { key: 'A' }));
    talk.expectNothing();
    talk.hears('caught up', 'm3 snapshot', 'm5 snapshot', 'm6');
    talk.breakOff();
    talk.welcome(1);
    talk.expect({ type: 'subscribe', channel: 'c', since: 'latest' }).subscribed(0, { cursor: { local: at(0, GENERATION + 1) } });
    talk.hears('UNKNOWN_GENERATION', 'caught up');
  }

  step('a log and a board of one channel share its subscription, and neither lacks anything');
  {
    const talk = joined(2);
    const board = [];
    const place = talk.join({ wants: 'latest' }, board);
    talk.expect({ type: 'subscribe', channel: 'c', since: 'latest' }).subscribed(4);
    talk.say(message(1, { snapshot: true }));
    talk.say(message(4, { snapshot: true }));
    talk.expect({ type: 'history', channel: 'c', origin: 'local', after: at(2), limit: 1000 }).history(messages(3, 4));
    talk.say(message(5));
    assert.deepEqual(talk.told.filter((told) => !told.includes('snapshot')), ['m3 history', 'm4 history', 'caught up', 'm5']);
    assert.deepEqual(board.filter((told) => told.includes('snapshot') || told === 'm5'), ['m1 snapshot', 'm4 snapshot', 'm5']);
    place.leave();
    talk.expectNothing();
    talk.breakOff();
    talk.welcome(1);
    talk.expect({ type: 'subscribe', channel: 'c', since: { local: at(5) } });
  }

  step('after leave() nothing more is told');
  {
    const talk = joined(1);
    talk.place.leave();
    talk.place.leave();
    talk.expect({ type: 'unsubscribe', channel: 'c' });
    talk.say(message(2));
    talk.answer({ type: 'unsubscribed', channel: 'c' });
    talk.breakOff();
    talk.welcome(1);
    talk.expectNothing();
    talk.hears();
  }

  step('a refused subscribe or history is tried again when the error says so, and told where it does not');
  {
    const talk = new Talk();
    talk.join();
    talk.welcome();
    talk.expect({ type: 'subscribe', channel: 'c' }).answer({ type: 'error', code: 'UNAVAILABLE', message: '', retryAfterMs: 50 });
    talk.world.advance(50);
    talk.expect({ type: 'subscribe', channel: 'c' }).subscribed(2);
    talk.expect({ type: 'history', channel: 'c', origin: 'local', before: behind(2), limit: 1000 }).answer({ type: 'error', code: 'RATE_LIMITED', message: '' });
    talk.world.advance(1_000);
    talk.expect({ type: 'history', channel: 'c', origin: 'local', before: behind(2), limit: 1000 }).answer({ type: 'error', code: 'FORBIDDEN', message: '' });
    talk.say(message(3));
    talk.hears('FORBIDDEN', 'caught up', 'm3');
    const refused = new Talk();
    refused.join();
    refused.welcome();
    refused.expect({ type: 'subscribe', channel: 'c' }).answer({ type: 'error', code: 'LIMIT_EXCEEDED', message: '' });
    refused.world.advance(10_000);
    refused.expectNothing();
    refused.hears('LIMIT_EXCEEDED');
  }

  step('drain, then 1012 with retryAfterMs: back when the server said, with its own back-off');
  {
    const talk = joined(0);
    talk.say({ type: 'drain', retryAfterMs: 18_250, avoid: 'node-7' });
    assert.equal(talk.told.length, 1);
    talk.world.close(1012, '{"retryAfterMs":4000}');
    assert.equal(talk.states.at(-1).atMs, 18_500);
    const other = joined(0);
    other.world.close(1012, '{"retryAfterMs":4000}');
    assert.equal(other.states.at(-1).atMs, 4_250);
    const paced = new Talk();
    paced.welcome(0, { reconnect: { baseMs: 4000, capMs: 8000 } });
    paced.world.close(1001);
    assert.equal(paced.states.at(-1).atMs, 2_000);
  }

  step('a final close code stops it, and a person may try again');
  {
    const talk = joined(1);
    talk.world.close(4403);
    assert.equal(talk.states.at(-1).name, 'stopped');
    talk.client.retryNow();
    talk.welcome(1);
    talk.expect({ type: 'subscribe', channel: 'c', since: { local: at(1) } });
  }

  step('a silent server is asked, and left when it does not answer');
  {
    const talk = joined(0);
    talk.world.advance(25_000);
    talk.expect({ type: 'ping' }).answer({ type: 'pong' });
    talk.world.advance(24_999);
    talk.expectNothing();
    talk.world.advance(1);
    talk.expect({ type: 'ping' });
    talk.world.advance(10_000);
    assert.equal(talk.states.at(-1).name, 'waiting');
    assert.equal(talk.world.last.closedWith, 'no code');
    const mute = new Talk();
    mute.world.open();
    mute.world.advance(10_000);
    assert.equal(mute.states.at(-1).name, 'waiting', 'nor to its hello');
  }

  step('nonsense from the server is told and harms nothing');
  {
    const talk = joined(0);
    const { error } = console;
    console.error = () => {};
    talk.say('{nope');
    talk.say(message(1, { position: 'x' }));
    talk.say('null');
    console.error = error;
    talk.say({ type: 'tomorrow', channel: 'c' });
    talk.say({ type: 'error', code: 'BAD_REQUEST', message: 'type: is not one' });
    talk.say(message(1));
    assert.equal(talk.told.length, 5);
    assert.equal(talk.told.at(-1), 'm1');
  }
  return {};
});
