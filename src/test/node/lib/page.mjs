// The page's own modules in Node, and a made-up browser for them.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * A module of the page, whose folder is the script's first argument. It is taken from a copy, because there a
 * package.json can say that .js is a module, as it is in a browser.
 */
export async function pageModule(file) {
  const folder = await mkdtemp(join(tmpdir(), 'highwater-page-'));
  try {
    await cp(process.argv[2], folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    return await import(pathToFileURL(join(folder, file)));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A browser whose time is moved by hand, and whose dice always show the same. */
export class World {
  now = 0;
  dice = 0.5;
  timers = new Map();
  sockets = [];
  /** What a plain request is answered with, at once; null leaves it open, and asked has what to answer it with. */
  answer = { status: null, retryAfterMs: 0 };
  asked = [];
  #ids = 0;

  webSocket = (url, ...subprotocol) => {
    const socket = { url, subprotocol, readyState: 0, sent: [], closedWith: null, send: (text) => socket.sent.push(text) };
    socket.close = (code) => (socket.closedWith = code ?? 'no code');
    this.sockets.push(socket);
    return socket;
  };
  setTimeout = (task, ms) => {
    this.timers.set(++this.#ids, { task, at: this.now + ms });
    return this.#ids;
  };
  clearTimeout = (id) => this.timers.delete(id);
  ask = (url, onAnswer) => {
    this.asked.push({ url, onAnswer });
    if (this.answer !== null) {
      onAnswer(this.answer);
    }
  };
  nowMs = () => this.now;
  /** A machine that sleeps moves only this one. */
  wall = 1_800_000_000_000;
  wallMs = () => this.wall + this.now;
  random = () => this.dice;

  get last() {
    return this.sockets.at(-1);
  }

  open() {
    this.last.readyState = 1;
    this.last.onopen();
  }

  close(code, reason = '') {
    this.last.readyState = 3;
    this.last.onclose({ code, reason });
  }

  advance(ms) {
    this.now += ms;
    for (const [id, { task, at }] of this.timers) {
      if (at <= this.now) {
        this.timers.delete(id);
        task();
      }
    }
  }
}
