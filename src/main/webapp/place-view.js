// A view of one place at a time, which a person enters by its name: a room, a channel, a board.
import { NameField, byId, offerLink, selectOnFocus } from './dom.js';

/**
 * A subclass defines join(name), leave() for the current place, which may be none, and hashOf(name). It may define
 * nowhere(), called if no place can have the wanted name, and nameOf(text), which turns a typed or linked text into
 * a name.
 */
export class PlaceView {
  #field;
  #fallback;
  #name = '';

  /** The ids of the name field, of the note about it, of their form, and of the button that copies the link. */
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

  /** The name of the current place; empty if there is none. */
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
   * Enters the place that the address names; if it names none, the last place or else the default. False if no place
   * can have that name: then the view is in no place.
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

  /** The form was submitted with a usable name. */
  placed() {
    this.focus();
  }

  /** False if the typed text can't be a name. */
  #take() {
    const typed = this.#field.take(this.#name || this.#fallback);
    const wanted = typed === null ? null : this.nameOf(typed);
    if (wanted !== null && wanted !== this.#name) {
      location.hash = this.hashOf(wanted); // hashchange does the rest, so Back returns to the last place
    }
    return wanted !== null;
  }
}
