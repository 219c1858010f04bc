// A view in which people talk: a log of messages, a composer, and the visitor's name.
import { NameField, byId, selectOnFocus, submitOnEnter } from './dom.js';
import { MessageLog } from './log.js';
import { VISITOR } from './names.js';
import { PlaceView } from './place-view.js';
import { takeVisitorName, visitorName } from './visitor.js';

const MAX_PENDING = 50;

/** A subclass defines send(text), and keeps in own the messages it has sent and not received back. */
export class LogView extends PlaceView {
  own = new Map();
  #visitorField;
  #textField;
  #log;

  /** Besides a PlaceView's ids: that of the visitor's name field, and the prefix of those of the log and the composer. */
  constructor({ visitor, prefix, ...place }, kind, fallback) {
    super(place, kind, fallback);
    this.#visitorField = new NameField(byId(visitor), byId(`${visitor}-note`), VISITOR);
    this.#textField = byId(`${prefix}text`);
    this.#log = new MessageLog(byId(`${prefix}log`), byId(`${prefix}empty`), byId(`${prefix}newest`), this.#textField);
    byId(visitor).addEventListener('change', () => takeVisitorName(this.#visitorField));
    byId(`${prefix}composer`).addEventListener('submit', (event) => this.#composed(event));
    submitOnEnter(this.#textField);
    selectOnFocus(byId(visitor));
  }

  get log() {
    return this.#log;
  }

  shown() {
    this.#visitorField.show(visitorName());
    this.#log.shown();
  }

  focus() {
    if (this.name === '') {
      this.focusPlace();
    } else {
      this.#textField.focus();
    }
  }

  placed() {
    if (takeVisitorName(this.#visitorField)) {
      this.focus();
    } else {
      this.#visitorField.focus();
    }
  }

  #composed(event) {
    event.preventDefault();
    const text = this.#textField.value.trim();
    if (text === '') {
      return;
    }
    if (this.own.size >= MAX_PENDING) {
      this.#log.notice('Too many messages are waiting. Your text stays here until the connection is back.');
      return;
    }
    if (this.name === '') {
      this.focusPlace();
      return;
    }
    if (!takeVisitorName(this.#visitorField)) {
      this.#visitorField.focus();
      return;
    }
    this.#textField.value = '';
    this.send(text);
    this.focus();
  }
}
