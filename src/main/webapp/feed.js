// What a client has of one channel: each message once and in order, and a notice if some can't be had
// (docs/protocol.md rules 3, 9 and 13). No DOM, no connection, no time.
import { comparePositions, parseCursor, parsePosition } from './positions.js';

const MAX_MSG_IDS = 1_000;
/** Most messages that may wait while older ones are fetched. */
const MAX_HELD = 10_000;
/** A page has up to 1,000 messages or 64 KiB. If more pages are needed, some messages are reported missing. */
const MAX_PAGES = 50;

/**
 * Two places are kept for each origin. A resume continues after the cursor. Up to shown, the log is complete: shown is
 * behind the cursor while history is fetched, and otherwise equal to it. While history is fetched, live messages wait.
 *
 * Calls its events: onMessage(message, how), where how is 'live', 'history' or 'late'; onSkipped(count);
 * onMissing(count, or null if unknown); onLost(reason); onCaughtUp(); askHistory({origin and after or before,
 * or none; limit}).
 */
export class Feed {
  #on;
  #cursor = new Map();
  #shown = new Map();
  #msgIds = new Set();
  /** Reads of history that are still needed; the first is under way: {origin, to, isGap, isFirst, pages}. */
  #fills = [];
  #held = [];
  #isLog = false;

  constructor(on) {
    this.#on = on;
  }

  /** The cursor in the form of a subscribe's since; null if nothing is known yet. */
  get cursor() {
    return this.#cursor.size === 0 ? null : Object.fromEntries(Array.from(this.#cursor, ([origin, { text }]) => [origin, text]));
  }

  /** Starts at a place remembered from an earlier visit; messages up to it are history. */
  start(cursor) {
    this.#cursor = parseCursor(cursor);
  }

  /** After the next subscribe, earlier messages are delivered too: the newest, as many as one answer has. */
  beginLog() {
    this.#isLog = true;
    this.#shown.clear();
    this.#msgIds.clear();
  }

  endLog() {
    this.#isLog = false;
    this.#shown = new Map(this.#cursor);
  }

  /** The answer to a subscribe; isResume if it asked for everything after the cursor. */
  subscribed({ recovered, reason, cursor }, isResume) {
    this.interrupted();
    const now = parseCursor(cursor ?? {}); // An ephemeral channel has no positions.
    if (isResume && recovered) {
      now.forEach((position, origin) => this.#cursor.has(origin) || this.#cursor.set(origin, position));
    } else {
      const isAnew = Array.from(now).some(([origin, { generation }]) => (this.#cursor.get(origin)?.generation ?? generation) !== generation);
      this.#cursor = now;
      if (recovered === false || isAnew) {
        this.#on.onLost(reason ?? 'UNKNOWN_GENERATION');
      }
    }
    if (!this.#isLog) {
      this.#shown = new Map(this.#cursor);
    }
    this.#catchUp();
  }

  /** The connection is gone. Messages that were held back come again after the cursor. */
  interrupted() {
    this.#fills = [];
    this.#held = [];
  }

  message(message) {
    if (message.position === undefined) {
      this.#tell(message, 'live');
      return;
    }
    const position = parsePosition(message.position);
    const cursor = this.#cursor.get(message.origin);
    if (message.late === true && cursor !== undefined && comparePositions(position, cursor) <= 0) {
      this.#tell(message, 'late');
    } else {
      this.#take({ origin: message.origin, first: position, last: position, message });
    }
  }

  skipped({ origin, from, to, count }) {
    this.#take({ origin, first: parsePosition(from), last: parsePosition(to), message: null, count });
  }

  /** The answer to the last request for history. */
  history({ messages, complete }) {
    const fill = this.#fills[0];
    if (fill === undefined) {
      return; // The request was given up in the meantime.
    }
    let isOver = fill.isFirst || complete || messages.length === 0 || ++fill.pages >= MAX_PAGES;
    for (const message of fill.isFirst ? [...messages].reverse() : messages) {
      const position = parsePosition(message.position);
      if (comparePositions(position, fill.to) > 0) {
        isOver = true;
        break;
      }
      this.#fillWith(fill, message, position);
    }
    if (isOver) {
      this.historyEnded();
    } else {
      this.#askHistory();
    }
  }

  /** No more history is available for the last request. */
  historyEnded() {
    const { origin, to, isGap } = this.#fills.shift() ?? { isGap: true };
    if (!isGap) {
      const missing = missingBetween(this.#shown.get(origin), to, null);
      if (missing !== 0) {
        this.#on.onMissing(missing);
      }
      this.#shown.set(origin, to);
    }
    if (this.#fills.length > 0) {
      this.#askHistory();
    } else {
      this.#release();
    }
  }

  #catchUp() {
    for (const [origin, cursor] of this.#cursor) {
      const shown = this.#shown.get(origin);
      const isShown = shown !== undefined && comparePositions(shown, cursor) >= 0;
      if (isShown || cursor.sequence === 0n) {
        this.#shown.set(origin, cursor);
      } else {
        this.#fills.push({ origin, to: cursor, isGap: false, isFirst: shown === undefined, pages: 0 });
      }
    }
    if (this.#fills.length > 0) {
      this.#askHistory();
    } else {
      this.#on.onCaughtUp();
    }
  }

  #askHistory() {
    const { origin, to, isFirst } = this.#fills[0];
    const shown = this.#shown.get(origin);
    if (isFirst) {
      this.#on.askHistory({ origin, before: `${to.generation}-0-${to.sequence + 1n}`, limit: 1_000 });
    } else if (shown === undefined) {
      this.#on.askHistory({ limit: 1_000 });
    } else {
      // If the server does not know that place any more, it answers from the oldest message that it has.
      this.#on.askHistory({ origin, after: shown.text, limit: 1_000 });
    }
  }

  #fillWith({ origin, isGap }, message, position) {
    const shown = this.#shown.get(origin);
    if (message.origin !== origin || (shown !== undefined && comparePositions(position, shown) <= 0)) {
      return;
    }
    // If a resume brought the client into another generation, the loss was told then.
    const isTold = !isGap && message.previous == null && position.sequence === 1n;
    const missing = isTold ? 0 : missingBetween(shown, before(position), message.previous);
    if (missing !== 0) {
      this.#on.onMissing(missing);
    }
    this.#shown.set(origin, position);
    if (isGap) {
      this.#cursor.set(origin, position);
    }
    this.#tell(message, isGap ? 'live' : 'history');
  }

  #take(item) {
    if (this.#fills.length === 0) {
      this.#accept(item);
      return;
    }
    this.#held.push(item);
    if (this.#held.length > MAX_HELD) {
      // History is read more slowly than the channel grows.
      this.#held.forEach((held) => (held.isSure = true));
      this.#fills.length = 1;
      this.historyEnded();
    }
  }

  #release() {
    while (this.#fills.length === 0 && this.#held.length > 0) {
      this.#accept(this.#held.shift());
    }
    if (this.#fills.length === 0) {
      this.#on.onCaughtUp();
    }
  }

  #accept(item) {
    const { origin, first, last, message } = item;
    const cursor = this.#cursor.get(origin);
    if (cursor !== undefined && comparePositions(last, cursor) <= 0) {
      if (message === null) {
        this.#on.onSkipped(item.count);
      }
      return;
    }
    const isSkip = message === null && first.sequence === 1n; // It names no previous position.
    const missing = isSkip ? 0 : missingBetween(cursor, before(first), message?.previous);
    if (missing !== 0 && !item.isSure) {
      // Only once: what the history does not have either is missing.
      item.isSure = true;
      this.#held.unshift(item);
      this.#fills.push({ origin, to: before(first), isGap: true, pages: 0 });
      this.#askHistory();
      return;
    }
    if (missing !== 0) {
      this.#on.onMissing(missing);
    }
    this.#cursor.set(origin, last);
    this.#shown.set(origin, last);
    if (message === null) {
      this.#on.onSkipped(item.count);
    } else {
      this.#tell(message, 'live');
    }
  }

  #tell(message, how) {
    if (this.#msgIds.has(message.msgId)) {
      return;
    }
    this.#msgIds.add(message.msgId);
    if (this.#msgIds.size > MAX_MSG_IDS) {
      this.#msgIds.delete(this.#msgIds.values().next().value);
    }
    this.#on.onMessage(message, how);
  }
}

/** The place right before a position. It has no text, since its shardSequence is unknown. */
function before({ generation, sequence }) {
  return { generation, sequence: sequence - 1n };
}

/**
 * How many publications lie after the first place, up to the second: null if that can't be counted, 0 if there is
 * no first place.
 *
 * @param previous the position that the message after the second place follows, if the server sent one
 */
function missingBetween(after, upTo, previous) {
  if (after === undefined || comparePositions(upTo, after) <= 0) {
    return 0;
  }
  if (previous != null && comparePositions(parsePosition(previous), after) <= 0) {
    return 0;
  }
  if (after.generation === upTo.generation) {
    return Number(upTo.sequence - after.sequence);
  }
  // A channel that had nothing has no previous position.
  return previous == null && after.sequence === 0n && upTo.sequence === 0n ? 0 : null;
}
