// The chat: a room by its name, a log, a composer, over the annotated endpoint /v1/chat/{room}.
import { Connection } from './connection.js';
import { element, socketUrl } from './dom.js';
import { LogView } from './log-view.js';
import { messageItem } from './log.js';
import { ROOM } from './names.js';
import { nextMessageId, visitorName } from './visitor.js';

const IDS = { field: 'room', note: 'room-note', form: 'place', copy: 'copy', visitor: 'name', prefix: '' };

/** Own messages without an echo are in own, oldest first: id → {text, name, item, sentAtMs or null}. */
export class ChatView extends LogView {
  #shell;
  #connection = null;

  /** The shell has onState(state), onRoundTrip(ms) and onUnread(). */
  constructor(shell) {
    super(IDS, ROOM, 'lobby');
    this.#shell = shell;
  }

  hashOf(room) {
    return encodeURIComponent(room);
  }

  /** Two encodings of the same letter make the same name, since they look alike. */
  nameOf(text) {
    return text.normalize('NFC');
  }

  join(room) {
    this.#connection = new Connection(socketUrl(`/v1/chat/${encodeURIComponent(room)}`), {
      onState: (state) => this.#stateChanged(state),
      onFrame: (frame) => this.#receive(frame),
    });
  }

  leave() {
    this.#connection?.leave();
    this.#connection = null;
    this.own.clear();
    this.log.clear();
  }

  nowhere() {
    this.#shell.onState({ name: 'idle' });
  }

  retryNow() {
    this.#connection?.retryNow();
  }

  // ---- Receiving -----------------------------------------------------------------------------

  #stateChanged(state) {
    this.#shell.onState(state);
    if (state.name === 'open') {
      this.#sendWaiting();
    } else if (state.name !== 'connecting') {
      this.#doubtSent();
    }
  }

  #receive(frame) {
    let message;
    try {
      message = JSON.parse(frame);
    } catch {
      this.log.notice('The server sent something this page cannot read.');
      return;
    }
    switch (message?.type) {
      case 'welcome':
        this.log.notice(`You are in ${message.room}. ${othersHere(message.members)}`);
        break;
      case 'message':
        this.#receiveMessage(message);
        break;
      case 'error':
        this.#receiveError(message);
        break;
      default: // A newer server may send types that this page does not know.
    }
  }

  #receiveMessage({ id, name, text }) {
    const own = this.own.get(id);
    if (own?.sentAtMs != null && own.text === text) {
      this.own.delete(id);
      this.#shell.onRoundTrip(performance.now() - own.sentAtMs);
      this.log.place(own.item);
      return;
    }
    this.log.add(messageItem(String(name), String(text), timeNow()));
    this.#shell.onUnread();
  }

  #receiveError({ id, message }) {
    const sent = [...this.own].filter(([, entry]) => entry.sentAtMs !== null);
    const refused = this.own.has(id) ? id : sent.length === 1 ? sent[0][0] : null;
    if (refused === null) {
      this.log.notice(String(message));
      return;
    }
    const { item } = this.own.get(refused);
    this.own.delete(refused);
    this.log.refuse(item, `Refused: ${message}`);
  }

  // ---- Sending -------------------------------------------------------------------------------

  send(text) {
    const name = visitorName();
    const item = messageItem(name, text, timeNow());
    item.classList.add('own', 'pending');
    this.own.set(nextMessageId(), { text, name, item, sentAtMs: null });
    this.log.add(item);
    this.#sendWaiting();
  }

  /** Sends what was written while there was no connection, including the latest text. */
  #sendWaiting() {
    for (const [id, entry] of this.own) {
      if (entry.sentAtMs === null) {
        entry.sentAtMs = performance.now();
        if (!this.#connection.send(JSON.stringify({ id, name: entry.name, text: entry.text }))) {
          entry.sentAtMs = null;
          this.log.tellFate(entry.item, 'Waiting for the connection');
          continue;
        }
        this.log.tellFate(entry.item);
      }
    }
  }

  /** The connection is gone: messages without an echo may or may not have arrived. A person must decide. */
  #doubtSent() {
    for (const [id, { item, text, sentAtMs }] of this.own) {
      if (sentAtMs !== null) {
        this.own.delete(id);
        const again = element('button', '', 'Send again');
        again.type = 'button';
        again.addEventListener('click', () => {
          item.remove();
          this.send(text);
          this.focus();
        });
        this.log.refuse(item, 'May not have arrived. ', again);
      }
    }
  }
}

function timeNow() {
  const now = new Date();
  const time = element('time', '', now.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }));
  time.dateTime = now.toISOString();
  return time;
}

function othersHere(members) {
  const others = members - 1;
  return others <= 0 ? 'Nobody else is here yet.' : others === 1 ? 'One other is here.' : `${others} others are here.`;
}
