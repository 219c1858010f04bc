// A log of messages that follows its end. Own messages without an echo stay last, in class pending.
import { element } from './dom.js';

const MAX_ITEMS = 500;
const HUES = 8;

/** An article for one message: its author, if known, and small details about it. */
export function messageItem(author, text, ...about) {
  const item = element('article', 'message', '');
  const body = element('p', 'text', text);
  body.dir = 'auto';
  const meta = element('p', 'meta', '');
  if (author !== null) {
    item.dataset.author = author;
    item.dataset.hue = [...author].reduce((sum, c) => (sum * 31 + c.codePointAt(0)) % 997, 7) % HUES;
    meta.append(element('bdi', 'name', author));
  }
  meta.append(...about);
  item.append(meta, body, element('p', 'fate', ''));
  return item;
}

export class MessageLog {
  #list;
  #empty;
  #newest;
  #atBottom = true;
  #lastBottomTop = 0;
  #frame = null;

  /** The scrolling list, the element shown while it is empty, and the button that jumps to its end and to the field. */
  constructor(list, empty, newest, field) {
    this.#list = list;
    this.#empty = empty;
    this.#newest = newest;
    list.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    newest.addEventListener('click', () => {
      this.#toBottom();
      field.focus();
    });
  }

  clear() {
    this.#list.replaceChildren();
    this.#empty.hidden = false;
    this.#newest.hidden = true;
    this.#atBottom = true;
  }

  /** While a whole history comes, a screen reader need not read each message. */
  set isBusy(busy) {
    this.#list.setAttribute('aria-busy', String(busy));
  }

  notice(...parts) {
    const notice = element('p', 'notice', '');
    notice.append(...parts);
    this.add(notice);
  }

  add(item) {
    const before = item.classList.contains('pending') ? null : this.#firstPending();
    this.#list.insertBefore(item, before);
    this.#empty.hidden ||= item.classList.contains('message');
    joinToPrevious(item);
    if (before !== null) {
      joinToPrevious(before);
    }
    while (this.#list.childElementCount > MAX_ITEMS) {
      this.#list.firstElementChild.remove();
      this.#list.firstElementChild.classList.remove('continued');
    }
    this.#keepUp(item);
  }

  /** An own message gets its place: after all messages that have one, before the pending ones. */
  place(item) {
    item.classList.remove('pending');
    const before = this.#firstPending();
    const after = item.nextElementSibling;
    if (after !== before && item.parentElement === this.#list) {
      this.#list.insertBefore(item, before);
      [item, before, after].forEach((moved) => moved && joinToPrevious(moved));
    }
  }

  /** Says under an own message what happened to it. */
  tellFate(item, ...parts) {
    item.querySelector('.fate').replaceChildren(...parts);
    this.#followEnd();
  }

  refuse(item, ...parts) {
    this.place(item);
    item.classList.add('refused');
    this.tellFate(item, ...parts);
  }

  /** A hidden log can't follow its end; once it is shown again, it scrolls there. */
  shown() {
    this.#followEnd();
  }

  #firstPending() {
    let first = null;
    for (let item = this.#list.lastElementChild; item?.classList.contains('pending'); item = item.previousElementSibling) {
      first = item;
    }
    return first;
  }

  #keepUp(item) {
    if (item.classList.contains('own')) {
      this.#atBottom = true;
    }
    this.#followEnd();
    if (!this.#atBottom && item.classList.contains('message')) {
      this.#newest.hidden = false;
    }
  }

  #followEnd() {
    if (this.#atBottom) {
      this.#frame ??= requestAnimationFrame(() => this.#toBottom());
    }
  }

  #toBottom() {
    this.#frame = null;
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#lastBottomTop = this.#list.scrollTop;
  }

  /** In a flood the log may have grown again before its scroll event comes: only scrolling up means leaving the end. */
  #scrolled() {
    const list = this.#list;
    if (list.clientHeight === 0) {
      return; // Hidden.
    }
    const nearEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 48;
    this.#atBottom = nearEnd || (this.#atBottom && list.scrollTop > this.#lastBottomTop - 48);
    list.classList.toggle('reading', !this.#atBottom);
    this.#newest.hidden ||= this.#atBottom;
  }
}

/** Several messages in a row by one author show one name. */
function joinToPrevious(item) {
  const previous = item.previousElementSibling;
  const sameAuthor = previous?.dataset.author === item.dataset.author;
  const sameSide = previous?.classList.contains('own') === item.classList.contains('own');
  item.classList.toggle('continued', item.dataset.author !== undefined && sameAuthor && sameSide);
}
