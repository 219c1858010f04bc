// The page: three views as tabs, one address for each, and the state of the shown view's connection.
import { BoardView } from './board-view.js';
import { ChannelView } from './channel-view.js';
import { ChannelClient } from './channels.js';
import { ChatView } from './chat-view.js';
import { byId, setText, socketUrl } from './dom.js';
import { keepDetails, tabId, wantsDetails } from './visitor.js';

const LABELS = { idle: 'Not connected', connecting: 'Connecting', open: 'Connected', waiting: 'Reconnecting', stopped: 'Closed' };

/** The states that a Connection reports; idle if the view needs none. */
const states = { chat: { name: 'idle' }, channels: { name: 'idle' } };
const unread = { chat: 0, channel: 0, board: 0 };
const roundTrips = {};
let current = null;
let client = null;
let ticking;

// ---- The views and their connections ---------------------------------------------------------

/** One WebSocket for the channel and the board, from the first time that one of them is opened. */
function channels() {
  client ??= new ChannelClient(socketUrl('/v1/ws'), {
    client: `page-${tabId}`,
    onState: (state) => stateChanged('channels', state),
  });
  return client;
}

const views = {
  chat: new ChatView({ onState: (state) => stateChanged('chat', state), ...shellOf('chat') }),
  channel: new ChannelView({ channels, ...shellOf('channel') }),
  board: new BoardView({ channels, ...shellOf('board') }),
};

function shellOf(view) {
  return {
    onRoundTrip: (ms) => {
      roundTrips[view] = ms;
      showRoundTrip();
    },
    onUnread: () => {
      if (document.hidden || view !== current) {
        unread[view]++;
        showUnread();
      }
    },
  };
}

const connectionOf = (view) => (view === 'chat' ? 'chat' : 'channels');
const shownState = () => states[connectionOf(current)];

function stateChanged(connection, state) {
  states[connection] = state;
  if (connection === 'channels') {
    views.board.connectionChanged(state);
  }
  if (connection === connectionOf(current)) {
    showState();
  }
}

function showState() {
  const state = shownState();
  document.body.dataset.state = state.name;
  setText(byId('state'), state.why?.label ?? LABELS[state.name]);
  setText(byId('why'), state.why?.text ?? state.text ?? '');
  byId('retry').hidden = state.name !== 'waiting' && state.name !== 'stopped';
  clearInterval(ticking);
  showCountdown();
  if (state.name === 'waiting') {
    ticking = setInterval(showCountdown, 250);
  }
}

function showCountdown() {
  const { name, atMs } = shownState();
  const leftSeconds = name === 'waiting' ? Math.ceil((atMs - performance.now()) / 1000) : 0;
  byId('countdown').textContent = leftSeconds <= 0 ? '' : leftSeconds < 120 ? `again in ${leftSeconds} s` : `again in ${Math.round(leftSeconds / 60)} min`;
}

function showRoundTrip() {
  const ms = roundTrips[current];
  byId('round-trip').hidden = ms === undefined;
  if (ms !== undefined) {
    byId('round-trip-ms').textContent = ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
  }
}

function showUnread() {
  for (const [view, count] of Object.entries(unread)) {
    const badge = byId(`unread-${view}`);
    badge.hidden = count === 0 || view === current;
    badge.textContent = count > 99 ? '99+' : count;
  }
  const sum = Object.values(unread).reduce((a, b) => a + b);
  const { title } = views[current];
  document.title = `${sum > 0 ? `(${sum}) ` : ''}${title === '' ? '' : `${title} · `}Highwater`;
}

// ---- The address -----------------------------------------------------------------------------

/** #channel/NAME and #board/NAME; anything else is a chat room, since room names have no /. */
function addressed() {
  let raw;
  try {
    raw = decodeURIComponent(location.hash.slice(1));
  } catch {
    raw = location.hash.slice(1); // A stray % in a hand-written link: no name may contain one, and the view says so.
  }
  const [, view, name] = /^(channel|board)\/(.*)$/s.exec(raw) ?? [null, 'chat', raw];
  return { view, name };
}

let followed = null; // The location.hash that was followed last.

function follow() {
  const { view, name } = addressed();
  const hadFocus = current !== null && current !== view && panelOf(current).contains(document.activeElement);
  current = view;
  if (views[view].enter(name)) {
    history.replaceState(null, '', `#${views[view].hash}`);
  }
  followed = location.hash;
  for (const tab of tabs) {
    const isShown = viewOf(tab) === view;
    tab.setAttribute('aria-selected', String(isShown));
    tab.tabIndex = isShown ? 0 : -1;
    panelOf(viewOf(tab)).hidden = !isShown;
  }
  if (hadFocus) {
    views[view].focus(); // After Back, for example: otherwise nothing would have the focus.
  }
  unread[view] = 0;
  views[view].shown();
  showState();
  showRoundTrip();
  showUnread();
}

// ---- The tabs --------------------------------------------------------------------------------

const tabs = Array.from(document.querySelectorAll('[role="tab"]'));
const viewOf = (tab) => tab.id.slice('tab-'.length);
const panelOf = (view) => byId(`view-${view}`);

function select(tab) {
  tab.focus();
  if (viewOf(tab) !== current) {
    location.hash = views[viewOf(tab)].hash; // Makes Back return to the last view.
    follow(); // At once, since a key may be pressed before hashchange comes.
  }
}

for (const [i, tab] of tabs.entries()) {
  tab.addEventListener('click', () => select(tab));
  tab.addEventListener('keydown', (event) => {
    const to = { ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to !== undefined && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      select(tabs.at(to % tabs.length));
    }
  });
}

// ---- What people do --------------------------------------------------------------------------

const details = byId('details');
const showDetails = () => document.body.classList.toggle('detailed', details.checked);
details.checked = wantsDetails();
details.addEventListener('change', () => {
  keepDetails(details.checked);
  showDetails();
});
showDetails();

byId('retry').addEventListener('click', () => {
  views[current].retryNow();
  views[current].focus();
});
window.addEventListener('online', () => {
  for (const view of ['chat', 'channel']) {
    const { name, why } = states[connectionOf(view)];
    if (name === 'waiting' && !why?.isRefusal) {
      views[view].retryNow();
    }
  }
});
window.addEventListener('hashchange', () => {
  if (location.hash !== followed) {
    follow(); // Otherwise select() did it, and somebody may already be typing into the view's fields.
  }
});
document.addEventListener('visibilitychange', () => {
  unread[current] = 0;
  showUnread();
});

follow();
if (matchMedia('(hover: hover)').matches) {
  views[current].focus(); // Not on a phone, where the focus would open the keyboard over the page.
}
