// The chat: a room by its name, a log, a composer, over the annotated endpoint /v1/chat/{room}.
import { Connection } from './connection.js';
import { NameField, byId, element, offerLink, selectOnFocus, socketUrl, submitOnEnter } from './dom.js';
import { MessageLog, messageItem } from './log.js';
import { ROOM, VISITOR } from './names.js';
import { nextMessageId, takeVisitorName, visitorName } from './visitor.js';

const MAX_PENDING = 50;
const DEFAULT_ROOM = 'lobby';

export class ChatView {
  #shell;
  #roomField = new NameField(byId('room'), byId('room-note'), ROOM);
  #nameField = new NameField(byId('name'), byId('name-note'), VISITOR);
  #textField = byId('text');
  #log = new MessageLog(byId('log'), byId('empty'), byId('newest'), this.#textField);
  /** Own messages the room has not echoed yet, oldest first: id → {text, name, item, sentAtMs or null}. */
  #pending = new Map();
  #room = '';
  #connection = null;

  /** The shell is told onState(state), onRoundTrip(ms) and onUnread(). */
  constructor(shell) {
    this.#shell = shell;
    byId('name').addEventListener('change', () => takeVisitorName(this.#nameField));
    byId('room').addEventListener('change', () => this.#takeRoom());
    byId('place').addEventListener('submit', (event) => this.#placed(event));
    byId('composer').addEventListener('submit', (event) => this.#composed(event));
    submitOnEnter(this.#textField);
    selectOnFocus(byId('room'), byId('name'));
    offerLink(byId('copy'));
  }

  get title() {
    return this.#room;
  }

  get hash() {
    return encodeURIComponent(this.#room || DEFAULT_ROOM);
  }

  /**
   * Goes to a room, as the address names it; to the last one, or the first of all, where it names none. False where no
   * room can have that name: then it is in none.
   */
  enter(wanted) {
    // Two ways to write one letter are one name: nobody sees a difference.
    const room = wanted.normalize('NFC') || this.#room || DEFAULT_ROOM;
    const isRoom = this.#roomField.offer(room);
    if (!isRoom) {
      this.#leave();
      this.#shell.onState({ name: 'idle' });
    } else if (room !== this.#room) {
      this.#leave();
      this.#join(room);
    }
    return isRoom;
  }

  #leave() {
    this.#room = '';
    this.#connection?.leave();
    this.#connection = null;
    this.#pending.clear();
    this.#log.clear();
  }

  #join(room) {
    this.#room = room;
    this.#connection = new Connection(socketUrl(`/v1/chat/${encodeURIComponent(room)}`), {
      onState: (state) => this.#stateChanged(state),
      onFrame: (frame) => this.#receive(frame),
    });
  }

  shown() {
    this.#nameField.show(visitorName());
    this.#log.shown();
  }

  focus() {
    (this.#room === '' ? this.#roomField : this.#textField).focus();
  }

  retryNow() {
    this.#connection?.retryNow();
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
    if (this.#room === '') {
      this.#roomField.focus();
      return;
    }
    if (!takeVisitorName(this.#nameField)) {
      this.#nameField.focus();
      return;
    }
    this.#textField.value = '';
    this.#send(text);
    this.focus();
  }

  #placed(event) {
    event.preventDefault();
    if (!this.#takeRoom()) {
      this.#roomField.focus();
    } else if (!takeVisitorName(this.#nameField)) {
      this.#nameField.focus();
    } else {
      this.focus();
    }
  }

  /** False where what was typed can't be a room's name. */
  #takeRoom() {
    const wanted = this.#roomField.take(this.#room || DEFAULT_ROOM)?.normalize('NFC');
    if (wanted !== undefined && wanted !== this.#room) {
      location.hash = encodeURIComponent(wanted); // hashchange does the rest, so Back returns to the last room
    }
    return wanted !== undefined;
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
