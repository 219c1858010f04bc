// A board: the newest value of each key of a channel, on joining and whenever it changes.
import { lostParts, refusedParts } from './channel-view.js';
import { changeBetween, digitsOf, parseDecimal } from './decimals.js';
import { byId, clockTime, element, internal, selectOnFocus, setText } from './dom.js';
import { show, typedValue } from './json.js';
import { BOARD, KEY, whyUnusable } from './names.js';
import { PlaceView } from './place-view.js';
import { comparePositions, parsePosition } from './positions.js';
import { nextMessageId } from './visitor.js';

const IDS = { field: 'board', note: 'board-name-note', form: 'board-place', copy: 'board-copy' };
const MAX_ROWS = 500;
/** Each row has room for this many digits after the point, so that the points are aligned. */
const MOST_DIGITS = 8;
const CHANGED_MS = 1_600;
const NO_KEY = '';
const COLLATOR = new Intl.Collator(undefined, { numeric: true });

export class BoardView extends PlaceView {
  #shell;
  #keyField = byId('board-key');
  #valueField = byId('board-value');
  #table = byId('board-table');
  #body = byId('board-rows');
  #note = byId('board-note');
  #count = byId('board-count');
  #place = null;
  /** By key: {row, cells, places (origin → position), data, decimal, timer}. */
  #rows = new Map();
  #digits = 0;

  /** The shell has onRoundTrip(ms), and channels(), which opens the connection. */
  constructor(shell) {
    super(IDS, BOARD, 'prices');
    this.#shell = shell;
    byId('board-composer').addEventListener('submit', (event) => this.#composed(event));
    selectOnFocus(this.#keyField);
  }

  hashOf(board) {
    return `board/${board}`;
  }

  /** The values shown are the newest only while the connection is open; after a break, once it has caught up. */
  connectionChanged({ name, sinceMs }) {
    if (name !== 'open' && sinceMs != null) {
      const since = new Date(sinceMs);
      const isToday = since.toDateString() === new Date().toDateString();
      this.#table.classList.add('stale');
      setText(byId('board-since'), `Not live since ${isToday ? clockTime(since) : since.toLocaleString()}: these are the last values that came.`);
    }
  }

  leave() {
    this.#place?.leave();
    this.#place = null;
    this.#rows.forEach(({ timer }) => clearTimeout(timer));
    this.#rows.clear();
    this.#body.replaceChildren();
    this.#digits = 0;
    this.#say('');
    this.#showCount();
  }

  join(name) {
    this.#place = this.#shell.channels().join(name, { wants: 'latest' }, {
      onSubscribed: () => {},
      onCaughtUp: () => this.#caughtUp(),
      onMessage: (message, how) => how !== 'history' && this.#update(message, how),
      onSkipped: (count) => this.#say(`${count === 1 ? 'One change was' : `${count} changes were`} skipped; the newest of each key is here.`),
      onMissing: () => this.#say('Some changes are missing: a value may be older than it should.'),
      onLost: (reason) => this.#lost(reason),
      onError: (error) => this.#say(...refusedParts('The server refused', error)),
      onNotice: (text) => this.#say(text),
    });
  }

  shown() {}

  focus() {
    if (this.name === '') {
      this.focusPlace();
      return;
    }
    (this.#keyField.value === '' ? this.#keyField : this.#valueField).focus();
  }

  retryNow() {
    this.#shell.channels().retryNow();
  }

  // ---- Receiving -----------------------------------------------------------------------------

  #caughtUp() {
    this.#table.classList.remove('stale');
    setText(byId('board-since'), '');
    this.#showCount();
  }

  /**
   * A snapshot and live values may cross: within one origin the later position wins. In an ephemeral channel there are
   * no positions, and the later message wins.
   */
  #update({ key = NO_KEY, origin, position, data }, how) {
    const at = position === undefined ? undefined : parsePosition(position);
    const known = this.#rows.get(key);
    const last = at && known?.places.get(origin);
    if (last !== undefined && comparePositions(at, last) <= 0) {
      known.row.classList.toggle('stale', known.row.classList.contains('stale') && comparePositions(at, last) < 0);
      return;
    }
    if (known === undefined && this.#rows.size >= MAX_ROWS) {
      this.#say(`More than ${MAX_ROWS} keys: the rest is not shown.`);
      return;
    }
    const entry = known ?? this.#addRow(key);
    this.#showValue(entry, data, known !== undefined);
    if (at !== undefined) {
      entry.places.set(origin, at);
      entry.number.textContent = `#${at.sequence}`;
      entry.number.title = position;
    }
    entry.row.classList.remove('stale');
    if (how === 'live' || known !== undefined) {
      this.#showChanged(entry);
    }
    this.#showCount();
  }

  #addRow(key) {
    const row = document.createElement('tr');
    const head = element('th', '', '');
    head.scope = 'row';
    head.append(key === NO_KEY ? element('i', '', 'no key') : element('bdi', '', key));
    const [value, trend, number, time] = ['value', 'trend', 'number internal', 'time'].map((name) => element('td', name, ''));
    row.append(head, value, trend, number, time);
    const entry = { row, value, trend, number, time, places: new Map(), decimal: null, timer: undefined };
    const next = [...this.#rows.entries()]
      .filter(([other]) => COLLATOR.compare(other, key) > 0)
      .sort(([a], [b]) => COLLATOR.compare(a, b))[0];
    this.#body.insertBefore(row, next?.[1].row ?? null);
    this.#rows.set(key, entry);
    return entry;
  }

  #showValue(entry, data, isChange) {
    const text = show(data);
    const decimal = parseDecimal(text);
    entry.trend.replaceChildren(...(isChange && decimal !== null && entry.decimal !== null ? changeParts(changeBetween(entry.decimal, decimal)) : []));
    entry.decimal = decimal;
    entry.value.classList.toggle('decimal', decimal !== null);
    if (decimal === null) {
      entry.value.textContent = text;
      entry.value.dir = 'auto';
    } else {
      entry.value.replaceChildren(...decimalParts(decimal));
      entry.value.dir = 'ltr';
      this.#makeRoomFor(digitsOf(decimal));
    }
  }

  #makeRoomFor(digits) {
    if (Math.min(digits, MOST_DIGITS) > this.#digits) {
      this.#digits = Math.min(digits, MOST_DIGITS);
    }
    this.#table.style.setProperty('--digits', this.#digits);
  }

  #showChanged(entry) {
    const now = new Date();
    const time = element('time', '', clockTime(now));
    time.dateTime = now.toISOString();
    entry.time.replaceChildren(time);
    clearTimeout(entry.timer);
    entry.row.classList.add('changed');
    entry.timer = setTimeout(() => entry.row.classList.remove('changed'), CHANGED_MS);
  }

  /** Keys that the snapshot does not bring again belong to a channel that no longer exists. */
  #lost(reason) {
    this.#rows.forEach(({ row }) => row.classList.add('stale'));
    this.#say(...lostParts(reason));
  }

  #showCount() {
    const keys = this.#rows.size;
    byId('board-empty').hidden = keys > 0;
    this.#table.hidden = keys === 0;
    byId('board-since').hidden = keys === 0;
    this.#count.textContent = keys === 0 ? '' : keys === 1 ? 'One key' : `${keys} keys`;
  }

  #say(...parts) {
    this.#note.replaceChildren(...parts);
  }

  // ---- Publishing ----------------------------------------------------------------------------

  #composed(event) {
    event.preventDefault();
    const key = this.#keyField.value.trim();
    const value = this.#valueField.value.trim();
    if (key === '' || value === '') {
      this.focus();
      return;
    }
    const unusable = whyUnusable(KEY, key);
    this.#keyField.setAttribute('aria-invalid', String(unusable !== null));
    if (this.name === '' || unusable !== null) {
      this.#say(unusable ?? '');
      if (unusable === null) {
        this.focusPlace();
      } else {
        this.#keyField.focus();
      }
      return;
    }
    const sentAtMs = performance.now();
    this.#say(`Publishing ${key}`);
    this.#shell.channels().publish(this.name, {
      msgId: nextMessageId(),
      key,
      data: typedValue(value),
      onPublished: ({ position, level }) => {
        this.#shell.onRoundTrip(performance.now() - sentAtMs);
        const place = position === undefined ? '' : ` as #${parsePosition(position).sequence}`;
        this.#say(`Published ${key}`, internal(`${place} (${level})`));
      },
      onFailed: (error) => this.#say(...refusedParts(`${key} was refused`, error)),
    });
    this.#valueField.value = '';
    this.#valueField.focus();
  }
}

/** The point is at the same place in all rows. */
function decimalParts({ whole, fraction }) {
  return [whole, element('span', 'fraction', fraction)];
}

function changeParts({ sign, whole, fraction }) {
  if (sign === 0) {
    return [];
  }
  const arrow = element('span', 'arrow', sign > 0 ? '▲' : '▼');
  arrow.setAttribute('aria-hidden', 'true');
  const change = element('span', sign > 0 ? 'up' : 'down', '');
  change.append(arrow, element('span', 'hidden-label', sign > 0 ? 'higher by ' : 'lower by '), ...decimalParts({ whole, fraction }));
  return [change];
}
