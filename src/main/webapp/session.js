// One connection of highwater.v1: hello, commands and their answers, and detection of a dead connection
// (docs/protocol.md). Uses no DOM.
import { BROWSER, Connection, clampRetryAfterMs } from './connection.js';
import { parseExact } from './json.js';

const SUBPROTOCOL = 'highwater.v1';
/** A live server answers a hello and a ping well within this time. */
const ANSWER_MS = 10_000;
const DEFAULT_PING_SECONDS = 25;
/** The wait after a retryable error that gives no time. */
const RETRY_MS = 1_000;
const RETRYABLE = new Set(['UNAVAILABLE', 'RATE_LIMITED']);

/** Whether the same command may be sent again later. */
export function isRetryable({ code }) {
  return RETRYABLE.has(code);
}

/**
 * Calls onState like Connection, but 'open' comes with the server's welcome, and all other states have sinceMs, the
 * wall time of the last moment that it was open, or null if it never was. onInterrupted() says that no command will be
 * answered any more; onReply(reply) gets messages that answer no command; onNotice(text) gets what a person should
 * know.
 */
export class Session {
  #world;
  #client;
  #on;
  #connection;
  /** The callback for the answer to each command, by its id. */
  #answers = new Map();
  #timers = new Set();
  #silence;
  #pingMs = DEFAULT_PING_SECONDS * 1_000;
  #lastId = 0;
  #connects = 0;
  #heardAtMs = 0;
  #downSinceMs = null;

  /** True from the welcome until the connection breaks. */
  isOpen = false;

  /** The largest command, in bytes of UTF-8. */
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

  /** Returns the command's id, or null if there is no connection. */
  send(command, onAnswer) {
    const id = ++this.#lastId;
    if (!this.#connection.send(JSON.stringify({ ...command, id }))) {
      return null;
    }
    this.#answers.set(id, onAnswer);
    return id;
  }

  /** Repeats a task after the time that a retryable error gives, if this connection still lives then. */
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
      this.#on.onNotice(`The server rejected this page’s hello: ${reply.message}`);
      return;
    }
    this.isOpen = true;
    this.#connection.useBackoff(reply.reconnect);
    this.maxMessageBytes = reply.maxMessageBytes ?? Infinity;
    this.#pingMs = (reply.pingSeconds > 0 ? reply.pingSeconds : DEFAULT_PING_SECONDS) * 1_000;
    this.#listen();
    this.#on.onState({ name: 'open' });
  }

  /** After a silence longer than any on a live connection, it is unknown when it broke: the machine may have slept. */
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

  /** A connection may die without a close; only its silence shows it. */
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
