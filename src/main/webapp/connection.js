// A WebSocket that is opened again when it breaks. Uses no DOM: the views listen and show.

const BACKOFF = { baseMs: 500, capMs: 20_000 };

/** Wait after a server answered but opened no WebSocket: a page can't see its Retry-After. */
const THERE_MS = 5_000;
/** The bounds of the back-off that a server may ask for: a tab must neither flood the server nor stay away forever. */
const BACKOFF_MIN_MS = 100;
const BACKOFF_MAX_MS = 300_000;
/** After a connection has lived this long, the next failure starts the back-off from its beginning. */
const STABLE_MS = 10_000;
/** Browsers would wait minutes for a handshake without an answer. */
const CONNECT_TIMEOUT_MS = 15_000;
/** No server has a reason to ask for a longer wait. */
const RETRY_AFTER_MAX_MS = 300_000;
/** A Retry-After may mean a night's maintenance. The page obeys it; a person may still try at any time. */
const RETRY_AFTER_HEADER_MAX_MS = 86_400_000;
/** Timeout of the plain request that finds out why a WebSocket did not open. */
const ASK_TIMEOUT_MS = 5_000;

/** Close codes after which a client does not come back, as in spec/close-codes.json (a test compares the two). */
const FINAL = new Map([
  [1000, 'The server closed the connection.'],
  [1002, 'The server found a protocol error.'],
  [1003, 'The server does not accept this kind of data.'],
  [1007, 'The server could not read the text.'],
  [1008, 'The server’s policy forbids this.'],
  [1009, 'The message was too big.'],
  [4401, 'The sign-in is missing or has expired.'],
  [4403, 'You may not enter here.'],
]);
const BACK_OFF = new Set([4408, 4429]);

/** Full jitter: any time between now and a bound that doubles, so that many clients do not return at once. */
export function backoffMs(attempt, random, { baseMs, capMs } = BACKOFF) {
  return random() * Math.min(capMs, baseMs * 2 ** attempt);
}

/** Why an open connection broke and is opened again, in the form of whyNotOpened(). */
function whyClosed(code) {
  const text = code === 1012 ? 'The server restarts.' : code !== 1005 && code !== 1006 && code !== 1015 ? 'The server closed the connection for now.' : 'The connection broke.';
  return { label: 'Reconnecting', text, isRefusal: false };
}

/** What a close code asks for: {retry: true, notBeforeMs} or {retry: false, text}. */
export function afterClose(code, reason) {
  if (FINAL.has(code)) {
    return { retry: false, text: FINAL.get(code) };
  }
  if (code >= 4400 && !BACK_OFF.has(code)) {
    return { retry: false, text: `The server closed the connection with code ${code}.` };
  }
  return { retry: true, notBeforeMs: code === 1012 ? retryAfterMs(reason) : 0 };
}

function retryAfterMs(reason) {
  try {
    return clampRetryAfterMs(JSON.parse(reason)?.retryAfterMs);
  } catch {
    return 0; // A proxy may send 1012 with its own text.
  }
}

/** A server's retryAfterMs, clamped to a reasonable range; 0 if it is no number. */
export function clampRetryAfterMs(wanted) {
  return Number.isFinite(wanted) ? Math.min(Math.max(wanted, 0), RETRY_AFTER_MAX_MS) : 0;
}

/** The milliseconds of a Retry-After header, which has seconds or a date (RFC 9110 section 10.2.3); 0 if it has neither. */
export function retryAfterHeaderMs(retryAfter, date) {
  const text = retryAfter?.trim() ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.parse(date); // By the server's own clock.
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), RETRY_AFTER_HEADER_MAX_MS) : 0;
}

/**
 * Why no WebSocket opened: {label, text, isRefusal}. Browsers hide the status of a refused handshake, so this uses
 * the answer of the same address to a plain request: {status, isRedirect}, where status is null if there was no answer.
 */
export function whyNotOpened({ status, isRedirect = false }) {
  if (status === null) {
    return { label: 'Not reached', text: 'The server can’t be reached: the network or the server is down.', isRefusal: false };
  }
  const refused = (text) => ({ label: 'Refused', text, isRefusal: true });
  if (isRedirect) {
    return refused('The server sends this page elsewhere, perhaps to sign in: reload the page.');
  }
  switch (status) {
    case 401:
      return refused('The server refuses the connection (401): the sign-in is missing or has expired.');
    case 403:
      return refused('The server refuses the connection (403): you may not connect from here.');
    case 429:
      return refused('The server refuses the connection for now (429): too many attempts came from here.');
    case 503:
      return refused('The server refuses the connection for now (503): it is full, or about to restart.');
    default:
      return status >= 500
        ? refused(`The server, or a proxy before it, answers with an error (${status}).`)
        : refused('The server is there, but opens no WebSocket: a rule or a limit of its own refuses it, or a proxy on the way does not carry WebSockets.');
  }
}

/** What a connection needs from the browser; tests pass their own. */
export const BROWSER = {
  webSocket: (url, ...subprotocol) => new WebSocket(url, ...subprotocol),
  /** Calls onAnswer({status, isRedirect, retryAfterMs}) once, later; status is null if there is no answer. */
  ask: (url, onAnswer) => {
    fetch(url, { cache: 'no-store', redirect: 'manual', signal: AbortSignal.timeout(ASK_TIMEOUT_MS) }).then(
      ({ status, type, headers, body }) => {
        body?.cancel().catch(() => {});
        onAnswer({ status, isRedirect: type === 'opaqueredirect', retryAfterMs: retryAfterHeaderMs(headers.get('Retry-After'), headers.get('Date')) });
      },
      () => onAnswer({ status: null, retryAfterMs: 0 }),
    );
  },
  setTimeout: (task, ms) => setTimeout(task, ms),
  clearTimeout: (timer) => clearTimeout(timer),
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  random: Math.random,
};

/**
 * Calls onState with these states, in any order, but after 'stopped' only on retryNow():
 * {name: 'connecting', why}, {name: 'open'}, {name: 'waiting', atMs, why}, {name: 'stopped', text}. The why is about the
 * last attempt or connection: {label, text, isRefusal}, or null before the first. After leave() nothing is called.
 */
export class Connection {
  #url;
  #subprotocol;
  #onState;
  #onFrame;
  #world;
  #socket = null;
  #timer;
  #attempt = 0;
  #left = false;
  #backoff = BACKOFF;
  #heldOffUntilMs = 0;
  #why = null;
  /** The pending request; the answer to any other is too late. */
  #asking = null;

  /** Offers the subprotocol, if one is given. */
  constructor(url, { onState, onFrame, subprotocol }, world = BROWSER) {
    this.#url = url;
    this.#subprotocol = subprotocol === undefined ? [] : [subprotocol];
    this.#onState = onState;
    this.#onFrame = onFrame;
    this.#world = world;
    this.#connect();
  }

  /** False when there is no open connection; the text is then not sent. */
  send(text) {
    if (this.#socket?.readyState !== 1) {
      return false;
    }
    this.#socket.send(text);
    return true;
  }

  retryNow() {
    if (!this.#left && this.#socket === null) {
      this.#world.clearTimeout(this.#timer);
      this.#asking = null;
      this.#connect();
    }
  }

  /** Takes the server's back-off from its welcome; ignores anything but a pair of numbers. */
  useBackoff(wanted) {
    const { baseMs, capMs } = wanted ?? {};
    if (Number.isFinite(baseMs) && Number.isFinite(capMs) && baseMs <= capMs) {
      const clamp = (ms) => Math.min(Math.max(ms, BACKOFF_MIN_MS), BACKOFF_MAX_MS);
      this.#backoff = { baseMs: clamp(baseMs), capMs: clamp(capMs) };
    }
  }

  /** The server is about to close and says when to come back. That holds however it then closes. */
  holdOff(ms) {
    this.#heldOffUntilMs = this.#world.nowMs() + clampRetryAfterMs(ms);
  }

  /** Gives up a silent connection, without waiting for an answer to its close. */
  giveUp() {
    const socket = this.#socket;
    if (socket !== null) {
      this.#world.clearTimeout(this.#timer);
      this.#socket = null;
      socket.close();
      this.#closed(1006, '', false);
    }
  }

  leave() {
    this.#left = true;
    this.#asking = null;
    this.#world.clearTimeout(this.#timer);
    this.#socket?.close(1000);
    this.#socket = null;
  }

  #connect() {
    const world = this.#world;
    const socket = world.webSocket(this.#url, ...this.#subprotocol);
    let openedAtMs = null;
    this.#socket = socket;
    this.#timer = world.setTimeout(() => socket.close(), CONNECT_TIMEOUT_MS);
    this.#onState({ name: 'connecting', why: this.#why });

    socket.onopen = () => {
      if (this.#socket === socket) {
        world.clearTimeout(this.#timer);
        openedAtMs = world.nowMs();
        this.#why = null;
        this.#onState({ name: 'open' });
      }
    };
    socket.onmessage = ({ data }) => {
      if (this.#socket === socket) {
        this.#onFrame(data);
      }
    };
    socket.onclose = ({ code, reason }) => {
      if (this.#socket === socket) {
        world.clearTimeout(this.#timer);
        this.#socket = null;
        if (openedAtMs === null) {
          this.#askWhy();
        } else {
          this.#closed(code, reason, world.nowMs() - openedAtMs >= STABLE_MS);
        }
      }
    };
  }

  #closed(code, reason, wasStable) {
    const next = afterClose(code, reason);
    if (!next.retry) {
      this.#attempt = 0;
      this.#onState({ name: 'stopped', text: next.text });
      return;
    }
    if (wasStable) {
      this.#attempt = 0;
    }
    this.#why = whyClosed(code);
    this.#wait(next.notBeforeMs);
  }

  /** The handshake failed, and the WebSocket does not tell why. A plain request meets the same network and proxies. */
  #askWhy() {
    const asking = {};
    this.#asking = asking;
    this.#world.ask(this.#url.replace(/^ws/, 'http'), (answer) => {
      if (this.#asking === asking) {
        this.#asking = null;
        this.#why = whyNotOpened(answer);
        this.#wait(Math.max(answer.retryAfterMs, this.#leastMs(answer.status)));
      }
    });
  }

  /** The least wait without a Retry-After: longer for refusals that frequent attempts do not change. */
  #leastMs(status) {
    if (status === 401 || status === 403) {
      return this.#backoff.capMs;
    }
    const isThere = status !== null && status < 500 && status !== 429;
    return isThere ? Math.min(THERE_MS, this.#backoff.capMs) : 0;
  }

  #wait(leastMs) {
    const nowMs = this.#world.nowMs();
    const notBeforeMs = Math.max(leastMs, this.#heldOffUntilMs - nowMs);
    const delayMs = notBeforeMs + backoffMs(this.#attempt++, this.#world.random, this.#backoff);
    this.#heldOffUntilMs = 0;
    this.#timer = this.#world.setTimeout(() => this.#connect(), delayMs);
    this.#onState({ name: 'waiting', atMs: nowMs + delayMs, why: this.#why });
  }
}
