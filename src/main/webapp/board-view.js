// A board: the newest value of each key of a channel, as it is on joining and as it changes.
import { lostText } from './channel-view.js';
import { tidyChannelName } from './channels.js';
import { byId, element, offerLink, selectOnFocus } from './dom.js';
import { show, typedValue } from './json.js';
import { comparePositions, parsePosition } from './positions.js';
import { nextMessageId } from './visitor.js';

const MAX_ROWS = 500;
const CHANGED_MS = 1_600;
const DEFAULT_BOARD = 'prices';
const NO_KEY = '';
const COLLATOR = new Intl.Collator(undefined, { numeric: true });

export class BoardView {
  #shell;
  #boardField = byId('board');
  #keyField = byId('board-key');
  #valueField = byId('board-value');
  #body = byId('board-rows');
  #note = byId('board-note');
  #count = byId('board-count');
  #name = '';
  #place = null;
  /** By key: {row, cells, places (origin → position), value, timer}. */
  #rows = new Map();

  /** The shell is told onRoundTrip(ms), and opens the connection: channels(). */
  constructor(shell) {
    this.#shell = shell;
    this.#boardField.addEventListener('change', () => this.#takeBoard());
    byId('board-place').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#takeBoard();
      this.focus();
    });
    byId('board-composer').addEventListener('submit', (event) => this.#composed(event));
    selectOnFocus(this.#boardField, this.#keyField);
    offerLink(byId('board-copy'));
  }

  get title() {
    return this.#name;
  }

  get hash() {
    return `board/${this.#name || DEFAULT_BOARD}`;
  }

  enter(wanted) {
    const name = tidyChannelName(wanted) || this.#name || DEFAULT_BOARD;
    this.#boardField.value = name;
    if (name === this.#name) {
      return;
    }
    this.#place?.leave();
    this.#name = name;
    this.#rows.forEach(({ timer }) => clearTimeout(timer));
    this.#rows.clear();
    this.#body.replaceChildren();
    this.#say('');
    this.#showCount();
    this.#place = this.#shell.channels().join(name, { wants: 'latest' }, {
      onSubscribed: () => {},
      onCaughtUp: () => this.#showCount(),
      onMessage: (message, how) => how !== 'history' && this.#update(message, how),
      onSkipped: (count) => this.#say(`${count === 1 ? 'One change was' : `${count} changes were`} skipped; the newest of each key is here.`),
      onMissing: () => this.#say('Some changes are missing: a value may be older than it should.'),
      onLost: (reason) => this.#lost(reason),
      onError: ({ code, message }) => this.#say(`The server refused (${code}): ${message}`),
      onNotice: (text) => this.#say(text),
    });
  }

  shown() {}

  focus() {
    (this.#keyField.value === '' ? this.#keyField : this.#valueField).focus();
  }

  retryNow() {
    this.#shell.channels().retryNow();
  }

  // ---- What comes ----------------------------------------------------------------------------

  /** A snapshot and what is live may cross: of one origin the later position wins. */
  #update({ key = NO_KEY, origin, position, data }, how) {
    const at = parsePosition(position);
    const known = this.#rows.get(key);
    const last = known?.places.get(origin);
    if (last !== undefined && comparePositions(at, last) <= 0) {
      known.row.classList.toggle('stale', known.row.classList.contains('stale') && comparePositions(at, last) < 0);
      return;
    }
    if (known === undefined && this.#rows.size >= MAX_ROWS) {
      this.#say(`More than ${MAX_ROWS} keys: the rest is not shown.`);
      return;
    }
    const entry = known ?? this.#addRow(key);
    entry.places.set(origin, at);
    this.#showValue(entry, data, known !== undefined);
    entry.number.textContent = `#${at.sequence}`;
    entry.number.title = position;
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
    const [value, trend, number, time] = ['value', 'trend', 'number', 'time'].map((name) => element('td', name, ''));
    row.append(head, value, trend, number, time);
    const entry = { row, value, trend, number, time, places: new Map(), data: undefined, timer: undefined };
    const next = [...this.#rows.entries()]
      .filter(([other]) => COLLATOR.compare(other, key) > 0)
      .sort(([a], [b]) => COLLATOR.compare(a, b))[0];
    this.#body.insertBefore(row, next?.[1].row ?? null);
    this.#rows.set(key, entry);
    return entry;
  }

  #showValue(entry, data, isChange) {
    const [was, is] = [Number(entry.data), Number(show(data))];
    const isUp = isChange && is > was;
    const isDown = isChange && is < was;
    entry.trend.replaceChildren();
    if (isUp || isDown) {
      const arrow = element('span', isUp ? 'up' : 'down', isUp ? '▲' : '▼');
      arrow.setAttribute('aria-hidden', 'true');
      entry.trend.append(arrow, element('span', 'hidden-label', isUp ? 'higher' : 'lower'));
    }
    entry.data = show(data);
    entry.value.textContent = entry.data;
    entry.value.dir = 'auto';
  }

  #showChanged(entry) {
    const now = new Date();
    const time = element('time', '', now.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }));
    time.dateTime = now.toISOString();
    entry.time.replaceChildren(time);
    clearTimeout(entry.timer);
    entry.row.classList.add('changed');
    entry.timer = setTimeout(() => entry.row.classList.remove('changed'), CHANGED_MS);
  }

  /** What the snapshot does not bring again is of a channel that is no more. */
  #lost(reason) {
    this.#rows.forEach(({ row }) => row.classList.add('stale'));
    this.#say(lostText(reason));
  }

  #showCount() {
    const keys = this.#rows.size;
    byId('board-empty').hidden = keys > 0;
    byId('board-table').hidden = keys === 0;
    this.#count.textContent = keys === 0 ? '' : keys === 1 ? 'One key' : `${keys} keys`;
  }

  #say(text) {
    this.#note.textContent = text;
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
    const sentAtMs = performance.now();
    this.#say(`Publishing ${key}`);
    this.#shell.channels().publish(this.#name, {
      msgId: nextMessageId(),
      key,
      data: typedValue(value),
      onPublished: ({ position, level }) => {
        this.#shell.onRoundTrip(performance.now() - sentAtMs);
        this.#say(`Published ${key} as #${parsePosition(position).sequence} (${level})`);
      },
      onFailed: ({ code, message }) => this.#say(`${key} was refused (${code}): ${message}`),
    });
    this.#valueField.value = '';
    this.#valueField.focus();
  }

  #takeBoard() {
    const wanted = tidyChannelName(this.#boardField.value) || this.#name;
    this.#boardField.value = wanted;
    if (wanted !== this.#name) {
      location.hash = `board/${wanted}`;
    }
  }
}
