// Small DOM helpers for all views. Text from other people is only ever set as textContent.

import { whyUnusable } from './names.js';

export const byId = (id) => document.getElementById(id);

export function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** A codeword, a number or a position of the server: shown only while Details is on. */
export function internal(text) {
  return element('span', 'internal', text);
}

/** The local time of day. */
export function clockTime(date) {
  return date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
}

/** Changes the text only if it is new: otherwise a screen reader would read it again. */
export function setText(target, text) {
  if (target.textContent !== text) {
    target.textContent = text;
  }
}

/** A field for a name. An unusable name stays in it as typed, with a sentence beside it that says why. */
export class NameField {
  #field;
  #note;
  #kind;

  /** The kind is one of names.js. */
  constructor(field, note, kind) {
    this.#field = field;
    this.#note = note;
    this.#kind = kind;
    field.setAttribute('aria-describedby', note.id);
    field.addEventListener('input', () => this.#say(null));
  }

  show(name) {
    this.#field.value = name;
    this.#say(null);
  }

  /** Shows a text, and whether it can be such a name. */
  offer(text) {
    this.#field.value = text;
    return this.#say(whyUnusable(this.#kind, text));
  }

  /** The typed name, or the known one if the field is empty; null, with a message, if it can't be a name. */
  take(known) {
    const wanted = this.#field.value.trim();
    if (wanted === '') {
      this.show(known);
      return known;
    }
    return this.offer(wanted) ? wanted : null;
  }

  focus() {
    this.#field.focus();
  }

  #say(why) {
    setText(this.#note, why ?? '');
    this.#field.setAttribute('aria-invalid', String(why !== null));
    return why === null;
  }
}

/** Enter in a text area submits its form; with Shift it is a new line. */
export function submitOnEnter(field) {
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      field.form.requestSubmit();
    }
  });
}

export function selectOnFocus(...fields) {
  fields.forEach((field) => field.addEventListener('focus', () => field.select()));
}

/** A button that copies the page's address, if the browser allows it. */
export function offerLink(button) {
  if (!navigator.clipboard) {
    return;
  }
  button.hidden = false;
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Copy it from the address bar';
    }
    setTimeout(() => (button.textContent = 'Copy link'), 2000);
  });
}

export function socketUrl(path) {
  return `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}${path}`;
}
