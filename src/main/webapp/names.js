// Which texts may be names. An unusable name is reported with the allowed form, and never changed. Uses no DOM.

const MOST_QUOTED = 40;

/** Each is {what, isOne(text), range}. The channel's and the key's are docs/protocol.md's. */
export const CHANNEL = { what: 'a channel’s name', isOne: (text) => /^[A-Za-z0-9._:/-]{1,200}$/.test(text), range: '1 to 200 of A-Z a-z 0-9 . _ : / -' };
export const BOARD = { ...CHANNEL, what: 'a board’s name' };
export const KEY = { what: 'a key', isOne: (text) => text.length >= 1 && text.length <= 200, range: '1 to 200 characters' };
/** Only characters that a URL's path leaves unchanged. */
export const ROOM = { what: 'a room’s name', isOne: (text) => /^[\p{L}\p{M}\p{N}_-]{1,64}$/u.test(text), range: '1 to 64 letters, digits, _ or -' };
export const VISITOR = { what: 'your name', isOne: (text) => text.length >= 1 && text.length <= 40, range: '1 to 40 characters' };

/** A sentence that says why a text can't be such a name; null if it can. */
export function whyUnusable({ what, isOne, range }, text) {
  if (isOne(text)) {
    return null;
  }
  const characters = Array.from(text);
  const quoted = characters.length <= MOST_QUOTED ? `“${text}”` : `“${characters.slice(0, MOST_QUOTED).join('')}…” (${characters.length} characters)`;
  return `${quoted} can’t be ${what}: use ${range}.`;
}
