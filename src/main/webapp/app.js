// The page: a room in the address, a log, a composer. Text from others only ever becomes textContent.
import { RoomConnection } from './connection.js';

const MAX_MESSAGES = 500;
const MAX_PENDING = 50;
const HUES = 8;
const DEFAULT_ROOM = 'lobby';
const GUESTS = ['Heron', 'Otter', 'Curlew', 'Seal', 'Plover', 'Puffin', 'Tern', 'Gannet', 'Avocet', 'Dunlin'];

const byId = (id) => document.getElementById(id);
const [log, empty, newest, stateText, countdown, retry] =
  ['log', 'empty', 'newest', 'state', 'countdown', 'retry'].map(byId);
const [place, roomField, nameField, composer, textField] = ['place', 'room', 'name', 'composer', 'text'].map(byId);

const tabId = Array.from(crypto.getRandomValues(new Uint8Array(6)), (b) => b.toString(16).padStart(2, '0')).join('');
/** Own messages the room has not echoed yet, oldest first: id → {text, name, item, fate, sentAtMs or null}. */
const pending = new Map();
let messageCount = 0;
let unread = 0;
let atBottom = true;
let lastBottomTop = 0;
let room = '';
let connection = null;
let state = { name: 'connecting' };
let ticking;

// ---- The room and the name -------------------------------------------------------------------

/** Letters, digits and _ of any script, with - for all else, so that a name survives a URL's path unharmed. */
function tidyRoom(raw) {
  const tidy = raw.normalize('NFC').toLowerCase().replace(/[^\p{L}\p{M}\p{N}_]+/gu, '-').replace(/^-|-$/g, '');
  return Array.from(tidy).slice(0, 64).join('');
}

function roomInAddress() {
  try {
    return tidyRoom(decodeURIComponent(location.hash.slice(1))) || DEFAULT_ROOM;
  } catch {
    return DEFAULT_ROOM; // A stray % in a hand-written link.
  }
}

function enterRoom() {
  const wanted = roomInAddress();
  history.replaceState(null, '', `#${encodeURIComponent(wanted)}`);
  roomField.value = wanted;
  if (wanted === room) {
    return;
  }
  room = wanted;
  connection?.leave();
  pending.clear();
  log.replaceChildren();
  empty.hidden = false;
  unread = 0;
  atBottom = true;
  newest.hidden = true;
  showTitle();
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  connection = new RoomConnection(`${scheme}//${location.host}/v1/chat/${encodeURIComponent(room)}`, {
    onState: showState,
    onFrame: receive,
  });
}

function remembered(storage, key) {
  try {
    return storage().getItem(key);
  } catch {
    return null; // Storage may be forbidden; a name for this visit is enough.
  }
}

function remember(storage, key, value) {
  try {
    storage().setItem(key, value);
  } catch {
    // As above.
  }
}

/** A chosen name is kept for the next visit; a given one only for this tab, so two tabs are two guests. */
function recallName() {
  const known = remembered(() => sessionStorage, 'name') ?? remembered(() => localStorage, 'name');
  const name = known ?? `${GUESTS[Math.floor(Math.random() * GUESTS.length)]} ${10 + Math.floor(Math.random() * 90)}`;
  remember(() => sessionStorage, 'name', name);
  return name;
}

function takeName() {
  const name = nameField.value.trim();
  if (name === '') {
    nameField.value = remembered(() => sessionStorage, 'name') ?? recallName();
    return;
  }
  nameField.value = name;
  if (name !== remembered(() => sessionStorage, 'name')) {
    remember(() => sessionStorage, 'name', name);
    remember(() => localStorage, 'name', name);
  }
}

// ---- The connection --------------------------------------------------------------------------

function showState(next) {
  state = next;
  document.body.dataset.state = next.name;
  stateText.textContent = { connecting: 'Connecting', open: 'Connected', waiting: 'Reconnecting', stopped: next.text }[next.name];
  retry.hidden = next.name !== 'waiting' && next.name !== 'stopped';
  clearInterval(ticking);
  showCountdown();
  if (next.name === 'waiting') {
    ticking = setInterval(showCountdown, 250);
  }
  if (next.name === 'open') {
    sendWaiting();
  } else if (next.name !== 'connecting') {
    doubtSent();
  }
}

function showCountdown() {
  const leftMs = state.name === 'waiting' ? state.atMs - performance.now() : 0;
  countdown.textContent = leftMs > 0 ? `in ${Math.ceil(leftMs / 1000)} s` : '';
}

function receive(frame) {
  let message;
  try {
    message = JSON.parse(frame);
  } catch {
    addNotice('The server sent something this page cannot read.');
    return;
  }
  switch (message?.type) {
    case 'welcome':
      addNotice(`You are in ${message.room}. ${othersHere(message.members)}`);
      break;
    case 'message':
      receiveMessage(message);
      break;
    case 'error':
      receiveError(message);
      break;
    default: // A newer server may say more than this page knows.
  }
}

function othersHere(members) {
  const others = members - 1;
  return others <= 0 ? 'Nobody else is here yet.' : others === 1 ? 'One other is here.' : `${others} others are here.`;
}

function receiveMessage({ id, name, text }) {
  const own = pending.get(id);
  if (own?.sentAtMs != null && own.text === text) {
    pending.delete(id);
    showRoundTrip(performance.now() - own.sentAtMs);
    settle(own.item);
    return;
  }
  add(messageItem(String(name), String(text)));
  if (document.hidden) {
    unread++;
    showTitle();
  }
}

function receiveError({ id, message }) {
  const sent = [...pending].filter(([, entry]) => entry.sentAtMs !== null);
  const refused = pending.has(id) ? id : sent.length === 1 ? sent[0][0] : null;
  if (refused === null) {
    addNotice(String(message));
    return;
  }
  const { item } = pending.get(refused);
  pending.delete(refused);
  settle(item);
  tellFate(item, `Refused: ${message}`);
}

/** Says under an own message why the room did not echo it. */
function tellFate(item, ...parts) {
  item.classList.add('refused');
  item.querySelector('.fate').replaceChildren(...parts);
  if (atBottom) {
    requestAnimationFrame(toBottom);
  }
}

function showRoundTrip(ms) {
  byId('round-trip').hidden = false;
  byId('round-trip-ms').textContent = ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

function showTitle() {
  document.title = `${unread > 0 ? `(${unread}) ` : ''}${room} · Highwater`;
}

// ---- Sending ---------------------------------------------------------------------------------

function send(text) {
  const name = nameField.value;
  const id = `${tabId}-${++messageCount}`;
  const item = messageItem(name, text);
  item.classList.add('own', 'pending');
  pending.set(id, { text, name, item, sentAtMs: null });
  add(item);
  sendWaiting();
}

/** Sends what was written while there was no connection, and what was just written. */
function sendWaiting() {
  for (const [id, entry] of pending) {
    if (entry.sentAtMs === null) {
      entry.sentAtMs = performance.now();
      if (!connection.send(JSON.stringify({ id, name: entry.name, text: entry.text }))) {
        entry.sentAtMs = null;
        entry.item.querySelector('.fate').textContent = 'Waiting for the connection';
        continue;
      }
      entry.item.querySelector('.fate').textContent = '';
    }
  }
}

/** The connection is gone: what was sent and not echoed may or may not have arrived. Only a person can say. */
function doubtSent() {
  for (const [id, { item, text, sentAtMs }] of pending) {
    if (sentAtMs !== null) {
      pending.delete(id);
      settle(item);
      const again = element('button', '', 'Send again');
      again.type = 'button';
      again.addEventListener('click', () => {
        item.remove();
        send(text);
        textField.focus();
      });
      tellFate(item, 'May not have arrived. ', again);
    }
  }
}

// ---- The log ---------------------------------------------------------------------------------

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function messageItem(name, text) {
  const item = element('article', 'message', '');
  item.dataset.author = name;
  item.dataset.hue = [...name].reduce((sum, c) => (sum * 31 + c.codePointAt(0)) % 997, 7) % HUES;
  const now = new Date();
  const time = element('time', '', now.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }));
  time.dateTime = now.toISOString();
  const body = element('p', 'text', text);
  body.dir = 'auto';
  const meta = element('p', 'meta', '');
  meta.append(element('bdi', 'name', name), time);
  item.append(meta, body, element('p', 'fate', ''));
  return item;
}

function addNotice(text) {
  add(element('p', 'notice', text));
}

/** Pending messages stay last: what the room has echoed keeps the room's order. */
function add(item) {
  const before = item.classList.contains('pending') ? null : firstPending();
  log.insertBefore(item, before);
  empty.hidden ||= item.classList.contains('message');
  joinToPrevious(item);
  if (before !== null) {
    joinToPrevious(before);
  }
  while (log.childElementCount > MAX_MESSAGES) {
    log.firstElementChild.remove();
    log.firstElementChild.classList.remove('continued');
  }
  keepUp(item);
}

/** An own message is no longer pending: it moves above those that are, if it is not there already. */
function settle(item) {
  item.classList.remove('pending');
  const before = firstPending();
  if (before !== null && before.compareDocumentPosition(item) & Node.DOCUMENT_POSITION_FOLLOWING) {
    const after = item.nextElementSibling;
    log.insertBefore(item, before);
    [item, before, after].forEach((moved) => moved && joinToPrevious(moved));
  }
}

function firstPending() {
  return pending.values().next().value?.item ?? null;
}

/** Several messages in a row by one author show one name. */
function joinToPrevious(item) {
  const previous = item.previousElementSibling;
  const sameAuthor = previous?.dataset.author === item.dataset.author;
  const sameSide = previous?.classList.contains('own') === item.classList.contains('own');
  item.classList.toggle('continued', item.dataset.author !== undefined && sameAuthor && sameSide);
}

function keepUp(item) {
  if (atBottom || item.classList.contains('own')) {
    requestAnimationFrame(toBottom);
  } else if (item.classList.contains('message')) {
    newest.hidden = false;
  }
}

function toBottom() {
  log.scrollTop = log.scrollHeight;
  lastBottomTop = log.scrollTop;
}

// ---- What people do --------------------------------------------------------------------------

/** In a flood the log has grown again before its scroll event comes: only a move upwards means leaving the end. */
log.addEventListener('scroll', () => {
  const nearEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 48;
  atBottom = nearEnd || (atBottom && log.scrollTop > lastBottomTop - 48);
  log.classList.toggle('reading', !atBottom);
  newest.hidden ||= atBottom;
}, { passive: true });

newest.addEventListener('click', () => {
  toBottom();
  textField.focus();
});

composer.addEventListener('submit', (event) => {
  event.preventDefault();
  const text = textField.value.trim();
  if (text === '') {
    return;
  }
  if (pending.size >= MAX_PENDING) {
    addNotice('Too many messages are waiting. Your text stays here until the connection is back.');
    return;
  }
  textField.value = '';
  send(text);
  textField.focus();
});

textField.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    composer.requestSubmit();
  }
});

place.addEventListener('submit', (event) => {
  event.preventDefault();
  takeName();
  takeRoom();
  textField.focus();
});

function takeRoom() {
  const wanted = tidyRoom(roomField.value) || room;
  roomField.value = wanted;
  if (wanted !== room) {
    location.hash = encodeURIComponent(wanted); // hashchange does the rest, so Back returns to the last room
  }
}

roomField.addEventListener('change', takeRoom);
nameField.addEventListener('change', takeName);
for (const field of [roomField, nameField]) {
  field.addEventListener('focus', () => field.select());
}

retry.addEventListener('click', () => {
  connection.retryNow();
  textField.focus();
});
window.addEventListener('online', () => state.name === 'waiting' && connection.retryNow());
window.addEventListener('hashchange', enterRoom);
document.addEventListener('visibilitychange', () => {
  unread = 0;
  showTitle();
});

if (navigator.clipboard) {
  const copy = byId('copy');
  copy.hidden = false;
  copy.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      copy.textContent = 'Copied';
    } catch {
      copy.textContent = 'Copy it from the address bar';
    }
    setTimeout(() => (copy.textContent = 'Copy link'), 2000);
  });
}

nameField.value = recallName();
enterRoom();
if (matchMedia('(hover: hover)').matches) {
  textField.focus(); // Not on a phone, where focus would raise the keyboard over the page.
}
