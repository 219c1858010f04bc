// A proxy before a server. While it refuses, it answers every handshake itself, and plain requests of WebSocket paths.
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';

export class Gate {
  #target;
  #server;
  #refusal = null;

  /** A gate to the server of that http URL; url is its own. */
  static async to(target) {
    const gate = new Gate(target);
    gate.#server.listen(0, '127.0.0.1');
    await once(gate.#server, 'listening');
    gate.url = new URL(target);
    gate.url.port = gate.#server.address().port;
    return gate;
  }

  constructor(target) {
    this.#target = target;
    this.#server = createServer((from, to) => this.#pass(from, to));
    this.#server.on('upgrade', (from, socket) => this.#upgrade(from, socket));
  }

  /** From now on; a status of null lets all pass. */
  refuse(status, headers = {}) {
    this.#refusal = status === null ? null : { status, headers };
  }

  #pass(from, to) {
    if (this.#refusal !== null && from.url.startsWith('/v1/')) {
      to.writeHead(this.#refusal.status, this.#refusal.headers).end();
      return;
    }
    const { port, hostname } = this.#target;
    const there = request({ port, hostname, path: from.url, method: from.method, headers: from.headers }, (answer) => {
      to.writeHead(answer.statusCode, answer.headers);
      answer.pipe(to);
    });
    there.on('error', () => to.destroy());
    from.pipe(there);
  }

  #upgrade({ url, rawHeaders }, near) {
    near.on('error', () => {}); // Its close follows.
    if (this.#refusal !== null) {
      near.end(`HTTP/1.1 ${this.#refusal.status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    const far = connect(Number(this.#target.port), this.#target.hostname);
    far.on('error', () => {});
    const headers = rawHeaders.map((text, i) => (i % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
    far.write(`GET ${url} HTTP/1.1\r\n${headers}\r\n`);
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  }

  close() {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
