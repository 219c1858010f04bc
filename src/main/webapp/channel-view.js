// A channel by its name: the kept history, then what is published, without gaps or repeats after reconnects.
import { byId, element, internal } from './dom.js';
import { show } from './json.js';
import { LogView } from './log-view.js';
import { messageItem } from './log.js';
import { CHANNEL } from './names.js';
import { cursorOf, keepCursor, nextMessageId, visitorName } from './visitor.js';

const IDS = { field: 'channel', note: 'channel-note', form: 'channel-place', copy: 'channel-copy', visitor: 'channel-visitor', prefix: 'channel-' };

const LOST = {
  TRIMMED: 'what was published in the meantime is no longer kept',
  UNKNOWN_GENERATION: 'the channel has started over, and its earlier messages are gone',
  UNKNOWN_POSITION: 'the server does not know this tab’s place in the channel',
  EPHEMERAL: 'this channel keeps nothing',
  LIMIT: 'too much was published in the meantime; it is read from the history instead',
};

/** Why a resume brought nothing, in words and with the protocol's reason. */
export function lostParts(reason) {
  return [`Not resumed: ${LOST[reason] ?? 'the server does not say why in words'}`, internal(` (${reason})`), '.'];
}

export function refusedParts(what, { code, message }) {
  return [what, internal(` (${code})`), `: ${message}`];
}

function missingText(count) {
  return count === null ? 'Some messages are missing here.' : count === 1 ? 'One message is missing here.' : `${count} messages are missing here.`;
}

/** Own messages that the channel has not delivered yet are in own: msgId → {item, sentAtMs, isPublished}. */
export class ChannelView extends LogView {
  #shell;
  #position = byId('channel-position');
  #place = null;
  /** Collected until the feed has caught up: {isResume, history, isNew}. */
  #joining = null;

  /** The shell has onRoundTrip(ms), onUnread(), and channels(), which opens the connection. */
  constructor(shell) {
    super(IDS, CHANNEL, 'lobby');
    this.#shell = shell;
    addEventListener('pagehide', () => this.#keepPlace());
  }

  hashOf(channel) {
    return `channel/${channel}`;
  }

  join(name) {
    const cursor = cursorOf(name);
    this.#joining = { isResume: cursor !== null, history: 0, isNew: false };
    this.log.isBusy = true;
    this.#place = this.#shell.channels().join(name, { wants: 'log', cursor }, this.#listener(name));
  }

  leave() {
    this.#keepPlace();
    this.#place?.leave();
    this.#place = null;
    this.own.clear();
    this.log.clear();
    this.#position.textContent = '';
  }

  retryNow() {
    this.#shell.channels().retryNow();
  }

  #keepPlace() {
    if (this.#place !== null) {
      keepCursor(this.name, this.#place.cursor());
    }
  }

  // ---- Receiving -----------------------------------------------------------------------------

  #listener(name) {
    return {
      onSubscribed: () => {},
      onCaughtUp: () => this.#caughtUp(name),
      onMessage: (message, how) => how !== 'snapshot' && this.#message(message, how),
      onSkipped: (count) => this.#skipped(count),
      onMissing: (count) => this.log.notice(missingText(count)),
      onLost: (reason) => this.#lost(reason),
      onError: (error) => this.log.notice(...refusedParts('The server refused', error)),
      onNotice: (text) => this.log.notice(text),
    };
  }

  #caughtUp(name) {
    this.log.isBusy = false;
    if (this.#joining !== null) {
      const { isResume, history, isNew } = this.#joining;
      this.#joining = null;
      const kept = history === 0 ? 'Nothing was published here lately.' : 'Above is what it has kept.';
      this.log.notice(`You follow ${name}. ${isResume && isNew ? 'You are up to date.' : isResume && history > 0 ? 'Nothing is new since you were here.' : kept}`);
    }
    this.#showPosition();
  }

  #lost(reason) {
    if (this.#joining !== null) {
      this.#joining.isResume = false;
    }
    this.log.notice(...lostParts(reason));
  }

  #message(message, how) {
    if (this.#joining !== null && how === 'history') {
      this.#joining.history++;
    } else if (this.#joining?.isResume && !this.#joining.isNew) {
      this.#joining.isNew = true;
      this.log.notice('New since you were here');
    }
    const own = this.own.get(message.msgId);
    if (own !== undefined) {
      this.own.delete(message.msgId);
      this.#settle(own.item);
      if (!own.isPublished) {
        own.item.querySelector('.meta').append(...about(message, how));
      }
    } else {
      const { author, text, isJson } = read(message.data);
      const item = messageItem(author, text, ...about(message, how));
      item.classList.toggle('json', isJson);
      this.log.add(item);
    }
    if (how !== 'history') {
      this.#showPosition();
      if (own === undefined) {
        this.#shell.onUnread();
      }
    }
  }

  /** Own messages may be among them: published ones already have their place, and nothing more will come for them. */
  #skipped(count) {
    this.log.notice(`${count === 1 ? 'One message was' : `${count} messages were`} skipped: this tab read too slowly.`);
    for (const [msgId, { isPublished }] of this.own) {
      if (isPublished) {
        this.own.delete(msgId);
      }
    }
    this.#showPosition();
  }

  #showPosition() {
    const cursor = Object.entries(this.#place?.cursor() ?? {});
    this.#position.textContent = cursor.map(([origin, position]) => `${origin} ${position}`).join(', ');
  }

  // ---- Publishing ----------------------------------------------------------------------------

  send(text) {
    const msgId = nextMessageId();
    const name = visitorName();
    const item = messageItem(name, text);
    item.classList.add('own', 'pending');
    const own = { item, sentAtMs: performance.now(), isPublished: false };
    this.own.set(msgId, own);
    this.log.add(item);
    if (!this.#shell.channels().isOpen) {
      this.log.tellFate(item, 'Goes out when the connection is back');
    }
    this.#shell.channels().publish(this.name, {
      msgId,
      data: { name, text },
      onPublished: (published) => this.#published(msgId, own, published),
      onFailed: (error) => {
        this.own.delete(msgId);
        this.log.refuse(item, ...refusedParts('Refused', error));
      },
    });
  }

  /** The message has its place in the channel. If the message itself came first, there is nothing to do. */
  #published(msgId, own, { position }) {
    this.#shell.onRoundTrip(performance.now() - own.sentAtMs);
    if (this.own.has(msgId)) {
      own.isPublished = true;
      own.item.querySelector('.meta').append(...about({ position }, 'live'));
      this.#settle(own.item);
    }
  }

  #settle(item) {
    this.log.tellFate(item);
    this.log.place(item);
  }
}

/** This page publishes a name and a text; other clients may publish any JSON. */
function read(data) {
  if (typeof data?.name === 'string' && typeof data.text === 'string' && Object.keys(data).length === 2) {
    return { author: data.name, text: data.text, isJson: false };
  }
  return { author: null, text: show(data), isJson: typeof data !== 'string' };
}

/** The message's number in the channel, its key, and whether it came after its turn. */
function about({ position, key }, how) {
  const said = [];
  if (position !== undefined) {
    const number = element('span', 'number internal', `#${position.slice(position.lastIndexOf('-') + 1)}`);
    number.title = position;
    said.push(number);
  }
  if (typeof key === 'string') {
    said.push(element('bdi', 'key', key));
  }
  if (how === 'late') {
    said.push(element('span', 'late', 'late'));
  }
  return said;
}
