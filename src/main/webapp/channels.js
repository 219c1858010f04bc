// Channels over one WebSocket: a small client of highwater.v1 (docs/protocol.md). Uses no DOM: the views listen and show.
import { BROWSER } from './connection.js';
import { Feed } from './feed.js';
import { Outbox } from './outbox.js';
import { Session, isRetryable } from './session.js';

/** The bytes that an id adds to a command: ,"id":2147483647 */
const ID_BYTES = 16;
/** For how long a node is told which message the next one follows (docs/protocol.md rule 8). */
const FOLLOWED_MS = 60_000;

/**
 * A member's listener has onMessage(message, how), where how is 'live', 'history', 'late' or, if the member
 * wants the latest, 'snapshot'; onSubscribed(); onCaughtUp(); onSkipped(count); onMissing(count or null); onLost(reason);
 * onError({code, message}); onNotice(text).
 */
export class ChannelClient {
  #world;
  #session;
  #onState;
  #channels = new Map();
  #outboxes = new Map();
  /** For each channel the last own message that the log has: {origin, position, atMs, isHere: over this connection}. */
  #lastOwn = new Map();

  /** The states are a Session's. No other tab may use the same client name: it makes repeated publishes harmless. */
  constructor(url, { client, onState }, world = BROWSER) {
    this.#world = world;
    this.#onState = onState;
    this.#session = new Session(
      url,
      client,
      {
        onState: (state) => this.#stateChanged(state),
        onInterrupted: () => this.#interrupted(),
        onReply: (reply) => this.#received(reply),
        onNotice: (text) => this.#channels.forEach((channel) => tell(channel, 'onNotice', text)),
      },
      world,
    );
  }

  /**
   * @param wants 'log': the kept history, then live messages; 'latest': the newest of each key, then live messages
   * @param cursor for a log: where an earlier visit left the channel
   * @returns leave(), which ends the membership, and cursor(), which is its place
   */
  join(name, { wants, cursor = null }, listener) {
    const member = { wants, listener };
    let channel = this.#channels.get(name);
    if (channel === undefined) {
      channel = this.#open(name);
      if (cursor !== null) {
        channel.feed.start(cursor);
      }
    }
    channel.members.add(member);
    if (wants === 'log') {
      channel.feed.beginLog();
    }
    this.#subscribe(channel);
    return { leave: () => this.#leave(channel, member), cursor: () => channel.feed.cursor };
  }

  /** Needs no membership. The item is an Outbox's; it is sent over each connection until it is answered. */
  publish(name, item) {
    if (!this.#outboxes.has(name)) {
      this.#outboxes.set(name, new Outbox((first) => this.#sendPublish(name, first)));
    }
    this.#outboxes.get(name).add(item);
  }

  get isOpen() {
    return this.#session.isOpen;
  }

  retryNow() {
    this.#session.retryNow();
  }

  close() {
    this.#channels.clear();
    this.#outboxes.clear();
    this.#lastOwn.clear();
    this.#session.close();
  }

  #stateChanged(state) {
    this.#onState(state);
    if (state.name === 'open') {
      this.#channels.forEach((channel) => this.#subscribe(channel));
      this.#outboxes.forEach((outbox) => outbox.resume());
    }
  }

  #interrupted() {
    this.#outboxes.forEach((outbox) => outbox.interrupted());
    this.#lastOwn.forEach((last) => {
      last.isHere = false;
    });
    this.#channels.forEach((channel) => {
      channel.subscribeId = null;
      channel.isLive = false;
      channel.feed.interrupted();
    });
  }

  #received(reply) {
    const channel = this.#channels.get(reply.channel);
    if (!channel?.isLive) {
      return;
    }
    if (reply.type === 'skipped') {
      channel.feed.skipped(reply);
    } else if (reply.type === 'message' && reply.snapshot === true) {
      tell(channel, 'onMessage', reply, 'snapshot');
    } else if (reply.type === 'message') {
      channel.feed.message(reply);
    }
  }

  // ---- Channels ------------------------------------------------------------------------------

  #open(name) {
    const channel = { name, members: new Set(), subscribeId: null, isLive: false, historyId: null };
    const toAll = (event) => (...values) => tell(channel, event, ...values);
    channel.feed = new Feed({
      onMessage: (message, how) => {
        if (how === 'live' && this.#outboxes.get(name)?.settled(message.msgId)) {
          this.#logged(name, message);
        }
        tell(channel, 'onMessage', message, how);
      },
      onSkipped: toAll('onSkipped'),
      onMissing: toAll('onMissing'),
      onLost: toAll('onLost'),
      onCaughtUp: toAll('onCaughtUp'),
      askHistory: (query) => this.#askHistory(channel, query),
    });
    this.#channels.set(name, channel);
    return channel;
  }

  #leave(channel, member) {
    if (!channel.members.delete(member)) {
      return;
    }
    if (member.wants === 'log') {
      channel.feed.endLog();
    }
    if (channel.members.size === 0) {
      this.#channels.delete(channel.name);
      if (channel.subscribeId !== null) {
        this.#session.send({ type: 'unsubscribe', channel: channel.name }, () => {});
      }
      channel.subscribeId = null;
      channel.historyId = null;
    }
  }

  /** If any member wants the latest, the subscribe asks for it; a log in the same channel fills its gap from history. */
  #subscribe(channel) {
    if (!this.#session.isOpen || this.#channels.get(channel.name) !== channel) {
      return;
    }
    const { cursor } = channel.feed;
    const wantsLatest = Array.from(channel.members).some(({ wants }) => wants === 'latest');
    const since = wantsLatest ? 'latest' : (cursor ?? undefined);
    channel.isLive = false; // Messages that still come from an older subscription are part of this one's answer.
    channel.historyId = null;
    const id = this.#session.send({ type: 'subscribe', channel: channel.name, since }, (reply) => {
      if (channel.subscribeId !== id) {
        return; // A later subscribe has replaced it.
      }
      if (reply.type === 'subscribed') {
        channel.isLive = true;
        tell(channel, 'onSubscribed');
        channel.feed.subscribed(reply, since !== undefined && since !== 'latest');
      } else {
        channel.subscribeId = null;
        this.#refused(channel, reply, () => this.#subscribe(channel));
      }
    });
    channel.subscribeId = id;
  }

  #askHistory(channel, query) {
    const id = this.#session.send({ type: 'history', channel: channel.name, ...query }, (reply) => {
      if (channel.historyId !== id) {
        return;
      }
      if (reply.type === 'history') {
        channel.feed.history(reply);
      } else {
        const again = () => channel.historyId === id && this.#askHistory(channel, query);
        if (!this.#refused(channel, reply, again)) {
          channel.feed.historyEnded();
        }
      }
    });
    channel.historyId = id;
  }

  /** Tries again later if the error is retryable, and is true then. */
  #refused(channel, error, again) {
    if (isRetryable(error)) {
      this.#session.retryLater(error, again);
      return true;
    }
    tell(channel, 'onError', error);
    return false;
  }

  // ---- Publishing ----------------------------------------------------------------------------

  #sendPublish(name, item) {
    if (!this.#session.isOpen) {
      return false;
    }
    const { msgId, key, data } = item;
    const command = { type: 'publish', channel: name, msgId, key, data };
    const outbox = this.#outboxes.get(name);
    const most = this.#session.maxMessageBytes - ID_BYTES;
    const fits = (candidate) => new TextEncoder().encode(JSON.stringify(candidate)).length <= most;
    if (!fits(command)) {
      queueMicrotask(() => outbox.settled(msgId) && item.onFailed({ code: 'TOO_BIG', message: `it takes more than ${most} bytes` }));
      return true;
    }
    const following = { ...command, ...this.#follows(name) };
    const sent = fits(following) ? following : command;
    return this.#session.send(sent, (reply) => this.#publishAnswered(name, outbox, item, reply)) !== null;
  }

  /** The log has an own message. */
  #logged(name, { origin, position }) {
    if (position !== undefined) {
      this.#lastOwn.set(name, { origin, position, atMs: this.#world.nowMs(), isHere: true });
    }
  }

  /** What a node must know before it takes the next message, if another may have taken the one before. */
  #follows(name) {
    const last = this.#lastOwn.get(name);
    const isNews = last !== undefined && !last.isHere && this.#world.nowMs() - last.atMs < FOLLOWED_MS;
    return isNews ? { origin: last.origin, after: last.position } : {};
  }

  #publishAnswered(name, outbox, item, reply) {
    if (reply.type === 'published') {
      this.#logged(name, reply);
      outbox.settled(item.msgId);
      item.onPublished(reply);
    } else if (isRetryable(reply)) {
      this.#session.retryLater(reply, () => {
        outbox.interrupted();
        outbox.resume();
      });
    } else if (outbox.settled(item.msgId)) {
      item.onFailed(reply);
    }
  }
}

function tell({ members }, event, ...values) {
  members.forEach(({ listener }) => listener[event](...values));
}
