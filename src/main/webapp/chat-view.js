// The chat: a room by its name, a log, a composer, over the annotated endpoint /v1/chat/{room}.
import { Connection } from './connection.js';
import { byId, element, offerLink, selectOnFocus, socketUrl, submitOnEnter } from './dom.js';
import { MessageLog, messageItem } from './log.js';
import { nextMessageId, takeName, visitorName } from './visitor.js';

const MAX_PENDING = 50;
const DEFAULT_ROOM = 'lobby';

/** Letters, digits and _ of any script, with - for all else, so that a name survives a URL's path unharmed. */
function tidyRoom(raw) {
  const tidy = raw.normalize('NFC').toLowerCase().replace(/[^\p{L}\p{M}\p{N}_]+/gu, '-').replace(/^-|-$/g, '');
  return Array.from(tidy).slice(0, 64).join('');
}

export class ChatView {
  #shell;
  #roomField = byId('room');
  #nameField = byId('name');
  #textField = byId('text');
  #log = new MessageLog(byId('log'), byId('empty'), byId('newest'), this.#textField);
  /** Own messages the room has not echoed yet, oldest first: id → {text, name, item, sentAtMs or null}. */
  #pending = new Map();
  #room = '';
  #connection = null;

  /** The shell is told onState(state), onRoundTrip(ms) and onUnread(). */
  constructor(shell) {
    this.#shell = shell;
    this.#nameField.addEventListener('change', () => takeName(this.#nameField));
    this.#roomField.addEventListener('change', () => this.#takeRoom());
    byId('place').addEventListener('submit', (event) => this.#placed(event));
    byId('composer').addEventListener('submit', (event) => this.#composed(event));
    submitOnEnter(this.#textField);
    selectOnFocus(this.#roomField, this.#nameField);
    offerLink(byId('copy'));
  }

  get title() {
    return this.#room;
  }

  get hash() {
    return encodeURIComponent(this.#room || DEFAULT_ROOM);
  }

  /** Goes to a room, as the address names it; to the last one, or the first of all, where it names none. */
  enter(wanted) {
    const room = tidyRoom(wanted) || this.#room || DEFAULT_ROOM;
    this.#roomField.value = room;
    if (room === this.#room) {
      return;
    }
    this.#room = room;
    this.#connection?.leave();
    this.#pending.clear();
    this.#log.clear();
    this.#connection = new Connection(socketUrl(`/v1/chat/${encodeURIComponent(room)}`), {
      onState: (state) => this.#stateChanged(state),
      onFrame: (frame) => this.#receive(frame),
    });
  }

  shown() {
    this.#nameField.value = visitorName();
    this.#log.shown();
  }

  focus() {
    this.#textField.focus();
  }

  retryNow() {
    this.#connection.retryNow();
  }

  // ---- What comes ----------------------------------------------------------------------------

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
      this.#log.notice('The server sent something this page cannot read.');
      return;
    }
    switch (message?.type) {
      case 'welcome':
        this.#log.notice(`You are in ${message.room}. ${othersHere(message.members)}`);
        break;
      case 'message':
        this.#receiveMessage(message);
        break;
      case 'error':
        this.#receiveError(message);
        break;
      default: // A newer server may say more than this page knows.
    }
  }

  #receiveMessage({ id, name, text }) {
    const own = this.#pending.get(id);
    if (own?.sentAtMs != null && own.text === text) {
      this.#pending.delete(id);
      this.#shell.onRoundTrip(performance.now() - own.sentAtMs);
      this.#log.place(own.item);
      return;
    }
    this.#log.add(messageItem(String(name), String(text), timeNow()));
    this.#shell.onUnread();
  }

  #receiveError({ id, message }) {
    const sent = [...this.#pending].filter(([, entry]) => entry.sentAtMs !== null);
    const refused = this.#pending.has(id) ? id : sent.length === 1 ? sent[0][0] : null;
    if (refused === null) {
      this.#log.notice(String(message));
      return;
    }
    const { item } = this.#pending.get(refused);
    this.#pending.delete(refused);
    this.#log.refuse(item, `Refused: ${message}`);
  }

  // ---- Sending -------------------------------------------------------------------------------

  #send(text) {
    const name = visitorName();
    const item = messageItem(name, text, timeNow());
    item.classList.add('own', 'pending');
    this.#pending.set(nextMessageId(), { text, name, item, sentAtMs: null });
    this.#log.add(item);
    this.#sendWaiting();
  }

  /** Sends what was written while there was no connection, and what was just written. */
  #sendWaiting() {
    for (const [id, entry] of this.#pending) {
      if (entry.sentAtMs === null) {
        entry.sentAtMs = performance.now();
        if (!this.#connection.send(JSON.stringify({ id, name: entry.name, text: entry.text }))) {
          entry.sentAtMs = null;
          this.#log.tellFate(entry.item, 'Waiting for the connection');
          continue;
        }
        this.#log.tellFate(entry.item);
      }
    }
  }

  /** The connection is gone: what was sent and not echoed may or may not have arrived. Only a person can say. */
  #doubtSent() {
    for (const [id, { item, text, sentAtMs }] of this.#pending) {
      if (sentAtMs !== null) {
        this.#pending.delete(id);
        const again = element('button', '', 'Send again');
        again.type = 'button';
        again.addEventListener('click', () => {
          item.remove();
          this.#send(text);
          this.focus();
        });
        this.#log.refuse(item, 'May not have arrived. ', again);
      }
    }
  }

  // ---- What people do ------------------------------------------------------------------------

  #composed(event) {
    event.preventDefault();
    const text = this.#textField.value.trim();
    if (text === '') {
      return;
    }
    if (this.#pending.size >= MAX_PENDING) {
      this.#log.notice('Too many messages are waiting. Your text stays here until the connection is back.');
      return;
    }
    takeName(this.#nameField);
    this.#textField.value = '';
    this.#send(text);
    this.focus();
  }

  #placed(event) {
    event.preventDefault();
    takeName(this.#nameField);
    this.#takeRoom();
    this.focus();
  }

  #takeRoom() {
    const wanted = tidyRoom(this.#roomField.value) || this.#room;
    this.#roomField.value = wanted;
    if (wanted !== this.#room) {
      location.hash = encodeURIComponent(wanted); // hashchange does the rest, so Back returns to the last room
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
