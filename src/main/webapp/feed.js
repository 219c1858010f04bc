// What a client has of one channel: each message once and in order, and a word where some can't be had
// (docs/protocol.md rules 3, 9 and 13). No DOM, no connection, no time.
import { comparePositions, parseCursor, parsePosition } from './positions.js';

const MAX_MSG_IDS = 1_000;
/** What may wait while older messages are fetched. */
const MAX_HELD = 10_000;
/** A page has up to 1,000 messages or 64 KiB. Whoever needs more of them is told that some are missing. */
const MAX_PAGES = 50;

/**
 * Two places are kept an origin. The cursor is what a resume continues after. Shown is how far a log is whole: behind
 * the cursor while history is fetched, and equal to it else. While it is fetched, what is live is held back.
 *
 * Tells its events: onMessage(message, how), where how is 'live', 'history' or 'late'; onSkipped(count);
 * onMissing(count, null where nobody knows); onLost(reason); onCaughtUp(); askHistory({origin, after, limit}).
 */
export class Feed {
  #on;
  #cursor = new Map();
  #shown = new Map();
  #msgIds = new Set();
  /** Reads of history that are due, the first is under way: {origin, to, isGap, pages}. */
  #fills = [];
  #held = [];
  #isLog = false;

  constructor(on) {
    this.#on = on;
  }

  /** As a subscribe's since takes it; null where nothing is known yet. */
  get cursor() {
    return this.#cursor.size === 0 ? null : Object.fromEntries(Array.from(this.#cursor, ([origin, { text }]) => [origin, text]));
  }

  /** A place that is remembered from before; what lies up to it is history. */
  start(cursor) {
    this.#cursor = parseCursor(cursor);
  }

  /** With the next subscribe also what was published before is told, from the oldest message on. */
  beginLog() {
    this.#isLog = true;
    this.#shown.clear();
    this.#msgIds.clear();
  }

  endLog() {
    this.#isLog = false;
    this.#shown = new Map(this.#cursor);
  }

  /** The answer to a subscribe: isResume where it asked for all after the cursor. */
  subscribed({ recovered, reason, cursor }, isResume) {
    this.interrupted();
    const now = parseCursor(cursor);
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

  /** The connection is gone. What was held back comes again after the cursor. */
  interrupted() {
    this.#fills = [];
    this.#held = [];
  }

  message(message) {
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

  /** The answer to what was asked last. */
  history({ messages, complete }) {
    const fill = this.#fills[0];
    if (fill === undefined) {
      return; // It was given up meanwhile.
    }
    let isOver = complete || messages.length === 0 || ++fill.pages >= MAX_PAGES;
    for (const message of messages) {
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

  /** There is no more history to be had for what was asked last. */
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
        this.#fills.push({ origin, to: cursor, isGap: false, pages: 0 });
      }
    }
    if (this.#fills.length > 0) {
      this.#askHistory();
    } else {
      this.#on.onCaughtUp();
    }
  }

  #askHistory() {
    const { origin, to } = this.#fills[0];
    const shown = this.#shown.get(origin);
    // A position of another generation means nothing to this one's log, which is then read from its beginning.
    const after = shown?.generation === to.generation ? shown.text : undefined;
    this.#on.askHistory({ origin, after, limit: 1_000 });
  }

  #fillWith({ origin, isGap }, message, position) {
    const shown = this.#shown.get(origin);
    if (message.origin !== origin || (shown !== undefined && comparePositions(position, shown) <= 0)) {
      return;
    }
    const missing = missingBetween(shown, before(position), message.previous);
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
      // History is read slower than the channel grows.
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
    const missing = missingBetween(cursor, before(first), message?.previous);
    if (missing !== 0 && !item.isSure) {
      // Once: what history can't tell either is missing.
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

/** The place right before a position, which has no text: nobody was told its shardSequence. */
function before({ generation, sequence }) {
  return { generation, sequence: sequence - 1n };
}

/**
 * How many publications lie after the one place, up to the other: null where that can't be counted, 0 where there is
 * no first place.
 *
 * @param previous the last position of the generation before, where the server told it
 */
function missingBetween(after, upTo, previous) {
  if (after === undefined || comparePositions(upTo, after) <= 0) {
    return 0;
  }
  if (after.generation === upTo.generation) {
    return Number(upTo.sequence - after.sequence);
  }
  const isWhole = upTo.sequence === 0n && (previous == null || comparePositions(parsePosition(previous), after) <= 0);
  return isWhole ? 0 : null;
}
