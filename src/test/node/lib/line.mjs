// A TCP line to a server that can be cut and mended: what a laptop's lid or a train's tunnel does to a socket.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class Line {
  #server;
  #target;
  #sockets = new Set();
  /** The ends at the server. */
  #fars = new Set();
  #isCut = false;

  /** A line to the server of that URL; url is its own end, by the same scheme. */
  static async to(target) {
    const line = new Line(target);
    line.#server.listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    line.url = new URL(target);
    line.url.port = line.#server.address().port;
    return line;
  }

  constructor(target) {
    this.#target = target;
    this.#server = createServer((near) => this.#accept(near));
  }

  #accept(near) {
    if (this.#isCut) {
      near.destroy();
      return;
    }
    const far = connect(Number(this.#target.port), this.#target.hostname);
    this.#fars.add(far);
    far.on('close', () => this.#fars.delete(far));
    for (const [socket, other] of [[near, far], [far, near]]) {
      this.#sockets.add(socket);
      socket.on('error', () => {}); // Its close follows.
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.on('data', (bytes) => other.write(bytes));
    }
  }

  /** Resets what is open, and refuses what comes. */
  cut() {
    this.#isCut = true;
    this.#sockets.forEach((socket) => socket.resetAndDestroy());
  }

  mend() {
    this.#isCut = false;
  }

  /** Nothing is taken from the server any more, until resume(). */
  pause() {
    this.#fars.forEach((far) => far.pause());
  }

  resume() {
    this.#fars.forEach((far) => far.resume());
  }

  close() {
    this.cut();
    this.#server.close();
  }
}
