// A view of one place at a time, which a person goes to by its name: a room, a channel, a board.
import { NameField, byId, offerLink, selectOnFocus } from './dom.js';

/**
 * What extends it says how to join(name) a place, how to leave() the one it is in, which may be none, and hashOf(name).
 * It may say what else there is to do where no place can have the wanted name, nowhere(), and which name is meant by
 * what was typed or linked, nameOf(text).
 */
export class PlaceView {
  #field;
  #fallback;
  #name = '';

  /** The ids of the field for the name, of what is said about it, of their form, and of the button that copies the link. */
  constructor({ field, note, form, copy }, kind, fallback) {
    this.#field = new NameField(byId(field), byId(note), kind);
    this.#fallback = fallback;
    byId(field).addEventListener('change', () => this.#take());
    byId(form).addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.#take()) {
        this.placed();
      } else {
        this.focusPlace();
      }
    });
    selectOnFocus(byId(field));
    offerLink(byId(copy));
  }

  /** The place it is in; empty where that is none. */
  get name() {
    return this.#name;
  }

  get title() {
    return this.#name;
  }

  get hash() {
    return this.hashOf(this.#name || this.#fallback);
  }

  /**
   * Goes to a place, as the address names it; to the last one, or the first of all, where it names none. False where no
   * place can have that name: then it is in none.
   */
  enter(wanted) {
    const name = this.nameOf(wanted) || this.#name || this.#fallback;
    const isUsable = this.#field.offer(name);
    if (!isUsable || name !== this.#name) {
      this.leave();
      this.#name = '';
    }
    if (!isUsable) {
      this.nowhere();
    } else if (name !== this.#name) {
      this.#name = name;
      this.join(name);
    }
    return isUsable;
  }

  nowhere() {}

  nameOf(text) {
    return text;
  }

  focusPlace() {
    this.#field.focus();
  }

  /** The form was sent, and its name can be one. */
  placed() {
    this.focus();
  }

  /** False where what was typed can't be a name. */
  #take() {
    const typed = this.#field.take(this.#name || this.#fallback);
    const wanted = typed === null ? null : this.nameOf(typed);
    if (wanted !== null && wanted !== this.#name) {
      location.hash = this.hashOf(wanted); // hashchange does the rest, so Back returns to the last place
    }
    return wanted !== null;
  }
}
