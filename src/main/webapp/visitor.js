// The visitor of this tab, and what the tab keeps for a reload. If storage is forbidden, it is kept for this visit only.
const GUESTS = ['Heron', 'Otter', 'Curlew', 'Seal', 'Plover', 'Puffin', 'Tern', 'Gannet', 'Avocet', 'Dunlin'];
const MAX_CURSORS = 20;

/** An id of this tab, for as long as the page lives. */
export const tabId = Array.from(crypto.getRandomValues(new Uint8Array(6)), (b) => b.toString(16).padStart(2, '0')).join('');

let lastMessage = 0;

/** An id that no other message of this or another tab has. */
export function nextMessageId() {
  return `${tabId}-${++lastMessage}`;
}

function remembered(storage, key) {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

function remember(storage, key, value) {
  try {
    storage().setItem(key, value);
  } catch {
    // As above.
  }
}

let name;

/** A chosen name is kept for the next visit; a generated one only for this tab, so two tabs are two guests. */
export function visitorName() {
  if (name === undefined) {
    const known = remembered(() => sessionStorage, 'name') ?? remembered(() => localStorage, 'name');
    name = known ?? `${GUESTS[Math.floor(Math.random() * GUESTS.length)]} ${10 + Math.floor(Math.random() * 90)}`;
    remember(() => sessionStorage, 'name', name);
  }
  return name;
}

/** Takes the typed name; false if it can't be a name, which the field then says. */
export function takeVisitorName(field) {
  const wanted = field.take(visitorName());
  if (wanted !== null && wanted !== name) {
    name = wanted;
    remember(() => sessionStorage, 'name', name);
    remember(() => localStorage, 'name', name);
  }
  return wanted !== null;
}

/** Whether this visitor wants to see details that only operators need. */
export function wantsDetails() {
  return remembered(() => localStorage, 'details') === 'true';
}

export function keepDetails(wanted) {
  remember(() => localStorage, 'details', String(wanted));
}

function cursors() {
  try {
    const known = JSON.parse(remembered(() => sessionStorage, 'cursors'));
    return new Map(Array.isArray(known) ? known : []);
  } catch {
    return new Map();
  }
}

/** Where this tab left a channel, or null. */
export function cursorOf(channel) {
  return cursors().get(channel) ?? null;
}

export function keepCursor(channel, cursor) {
  if (cursor === null) {
    return;
  }
  const kept = cursors();
  kept.delete(channel);
  kept.set(channel, cursor);
  remember(() => sessionStorage, 'cursors', JSON.stringify([...kept].slice(-MAX_CURSORS)));
}
