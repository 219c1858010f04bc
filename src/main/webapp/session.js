// One connection of highwater.v1: hello, commands and their answers, and whether the other end is still there
// (docs/protocol.md). No DOM here.
import { BROWSER, Connection, clampRetryAfterMs } from './connection.js';
import { parseExact } from './json.js';

const SUBPROTOCOL = 'highwater.v1';
/** A server that is there answers a hello and a ping well within this. */
const ANSWER_MS = 10_000;
const DEFAULT_PING_SECONDS = 25;
/** Where an error that asks to come again doesn't say when. */
const RETRY_MS = 1_000;
const RETRYABLE = new Set(['UNAVAILABLE', 'RATE_LIMITED']);

/** Whether the same command may be sent again later. */
export function isRetryable({ code }) {
  return RETRYABLE.has(code);
}

/**
 * States are told to onState as Connection tells them, but 'open' comes with the server's welcome, and all others have
 * sinceMs, the wall time of the last moment that it was open; null where it never was. onInterrupted()
 * says that no command will be answered any more; onReply(reply) gets what answers none; onNotice(text) what a person
 * should know.
 */
export class Session {
  #world;
  #client;
  #on;
  #connection;
  /** What to do with the answer to a command, by its id. */
  #answers = new Map();
  #timers = new Set();
  #silence;
  #pingMs = DEFAULT_PING_SECONDS * 1_000;
  #lastId = 0;
  #connects = 0;
  #heardAtMs = 0;
  #downSinceMs = null;

  /** After the welcome, and until the connection breaks. */
  isOpen = false;

  /** Of a command, in UTF-8. */
  maxMessageBytes = Infinity;

  constructor(url, client, on, world = BROWSER) {
    this.#world = world;
    this.#client = client;
    this.#on = on;
    this.#connection = new Connection(
      url,
      { subprotocol: SUBPROTOCOL, onState: (state) => this.#stateChanged(state), onFrame: (text) => this.#received(text) },
      world,
    );
  }

  /** The command's id, or null where there is no connection. */
  send(command, onAnswer) {
    const id = ++this.#lastId;
    if (!this.#connection.send(JSON.stringify({ ...command, id }))) {
      return null;
    }
    this.#answers.set(id, onAnswer);
    return id;
  }

  /** Does what a retryable error refused when the error says so, if this connection lives then. */
  retryLater(error, task) {
    const timer = this.#world.setTimeout(() => {
      this.#timers.delete(timer);
      task();
    }, clampRetryAfterMs(error.retryAfterMs) || RETRY_MS);
    this.#timers.add(timer);
  }

  retryNow() {
    this.#connection.retryNow();
  }

  close() {
    this.#interrupt();
    this.#connection.leave();
  }

  #stateChanged(state) {
    if (state.name === 'open') {
      this.send({ type: 'hello', client: this.#client, attempt: this.#connects++ }, (reply) => this.#welcomed(reply));
      this.#awaitAnswer();
      return;
    }
    this.#interrupt();
    this.#on.onState({ ...state, sinceMs: this.#downSinceMs });
  }

  #welcomed(reply) {
    if (reply.type !== 'welcome') {
      this.#on.onNotice(`The server does not take this page’s hello: ${reply.message}`);
      return;
    }
    this.isOpen = true;
    this.#connection.useBackoff(reply.reconnect);
    this.maxMessageBytes = reply.maxMessageBytes ?? Infinity;
    this.#pingMs = (reply.pingSeconds > 0 ? reply.pingSeconds : DEFAULT_PING_SECONDS) * 1_000;
    this.#listen();
    this.#on.onState({ name: 'open' });
  }

  /** After a longer silence than a live connection has, nobody knows when it broke: the machine may have slept. */
  #interrupt() {
    if (this.isOpen) {
      const nowMs = this.#world.wallMs();
      this.#downSinceMs = nowMs - this.#heardAtMs > this.#pingMs ? this.#heardAtMs : nowMs;
    }
    this.isOpen = false;
    this.#world.clearTimeout(this.#silence);
    this.#timers.forEach((timer) => this.#world.clearTimeout(timer));
    this.#timers.clear();
    this.#answers.clear();
    this.#on.onInterrupted();
  }

  /** A connection may be dead without a close, and only its silence says so. */
  #listen() {
    this.#world.clearTimeout(this.#silence);
    this.#silence = this.#world.setTimeout(() => {
      this.send({ type: 'ping' }, () => {});
      this.#awaitAnswer();
    }, this.#pingMs);
  }

  #awaitAnswer() {
    this.#world.clearTimeout(this.#silence);
    this.#silence = this.#world.setTimeout(() => this.#connection.giveUp(), ANSWER_MS);
  }

  #received(text) {
    this.#heardAtMs = this.#world.wallMs();
    this.#listen();
    try {
      this.#dispatch(parseExact(text));
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof TypeError)) {
        throw error;
      }
      console.error(error);
      this.#on.onNotice('The server sent something this page cannot read.');
    }
  }

  #dispatch(reply) {
    const answer = this.#answers.get(reply.id);
    if (answer !== undefined) {
      this.#answers.delete(reply.id);
      answer(reply);
    } else if (reply.type === 'drain') {
      this.#connection.holdOff(reply.retryAfterMs);
      this.#on.onNotice('The server is about to restart. This page comes back by itself.');
    } else if (reply.type === 'error') {
      this.#on.onNotice(`The server says: ${reply.message}`);
    } else {
      this.#on.onReply(reply);
    }
  }
}
