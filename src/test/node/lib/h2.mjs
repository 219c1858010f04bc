// WebSockets over HTTP/2 by Extended CONNECT (RFC 8441), on Node's own http2 and the frames beside this file.
import assert from 'node:assert/strict';
import http2 from 'node:http2';
import { deferred } from './check.mjs';
import { FrameDecoder, Opcode, closePayload, encode } from './frames.mjs';

/** One TCP connection with its HTTP/2 session. */
export class H2Connection {
  /** What the server said on the session itself; a healthy run leaves both empty. */
  goAways = [];
  errors = [];
  #session;
  #base;

  static async connect(base) {
    const session = http2.connect(base, { rejectUnauthorized: false });
    const settings = deferred();
    session.once('error', settings.reject);
    session.once('remoteSettings', settings.resolve);
    const connection = new H2Connection(session, base);
    const { enableConnectProtocol } = await settings.promise;
    assert.equal(enableConnectProtocol, true, 'SETTINGS_ENABLE_CONNECT_PROTOCOL');
    // Streams that are not read must not eat the connection's window on our side.
    session.setLocalWindowSize(64 * 1024 * 1024);
    return connection;
  }

  constructor(session, base) {
    this.#session = session;
    this.#base = base;
    session.on('goaway', (code) => this.goAways.push(code));
    session.on('error', (error) => this.errors.push(String(error)));
  }

  /** Opens a WebSocket; headers may add to or replace the request's own. */
  async open(path, headers = {}) {
    const stream = this.#session.request(
      {
        ':method': 'CONNECT',
        ':protocol': 'websocket',
        ':scheme': this.#base.protocol.slice(0, -1),
        ':authority': this.#base.host,
        ':path': path,
        'sec-websocket-version': '13',
        ...headers,
      },
      { endStream: false },
    );
    const response = deferred();
    stream.once('response', response.resolve);
    stream.once('error', response.reject);
    stream.once('close', () => response.reject(new Error(`stream closed, code ${stream.rstCode}`)));
    const answer = await response.promise;
    assert.equal(answer[':status'], 200, path);
    return new H2Socket(stream);
  }

  openMany(count, path) {
    return Promise.all(Array.from({ length: count }, () => this.open(path)));
  }

  assertHealthy() {
    assert.deepEqual({ goAways: this.goAways, errors: this.errors }, { goAways: [], errors: [] });
    assert.equal(this.#session.closed || this.#session.destroyed, false, 'the session is open');
  }

  destroy() {
    this.#session.destroy();
  }
}

/** One WebSocket on one stream. Messages wait in arrival order for next(). */
export class H2Socket {
  /** The peer's close frame: {code, reason}, code 1005 where it carried none. */
  closeFrame;
  /** The peer's END_STREAM. */
  ended;
  /** The stream is gone, both sides: its RST_STREAM code, 0 for none. */
  gone;
  stream;
  #arrived = [];
  #waiting = [];
  #decoder = new FrameDecoder();
  #fragments = [];
  #failure = null;
  #closeFrame = deferred();

  constructor(stream) {
    const ended = deferred();
    const gone = deferred();
    this.stream = stream;
    this.closeFrame = this.#closeFrame.promise;
    this.ended = ended.promise;
    this.gone = gone.promise;
    stream.on('data', (bytes) => this.#take(bytes));
    stream.on('end', ended.resolve);
    stream.on('error', (error) => this.#fail(error));
    stream.on('close', () => {
      gone.resolve(stream.rstCode ?? 0);
      this.#fail(new Error(`the stream closed, code ${stream.rstCode}`));
    });
  }

  sendText(text) {
    this.stream.write(encode(Opcode.TEXT, Buffer.from(text)));
  }

  sendBinary(bytes) {
    this.stream.write(encode(Opcode.BINARY, bytes));
  }

  /** The next message: a string or a Buffer. */
  next() {
    if (this.#arrived.length > 0) {
      return Promise.resolve(this.#arrived.shift());
    }
    if (this.#failure !== null) {
      return Promise.reject(this.#failure);
    }
    const wanted = deferred();
    this.#waiting.push(wanted);
    return wanted.promise;
  }

  async echo(message) {
    if (typeof message === 'string') {
      this.sendText(message);
    } else {
      this.sendBinary(message);
    }
    const back = await this.next();
    const same = typeof message === 'string' ? back === message : Buffer.isBuffer(back) && back.equals(message);
    assert.ok(same, `an echo of ${message.length} came back as ${back.length}`);
  }

  /** Frames of a Close, to be written or to end the stream with. */
  static closeBytes(code, reason) {
    return encode(Opcode.CLOSE, closePayload(code, reason));
  }

  #take(bytes) {
    try {
      this.#decoder.push(bytes).forEach((frame) => this.#frame(frame));
    } catch (error) {
      this.#fail(error);
      this.stream.destroy();
    }
  }

  #frame({ fin, opcode, payload }) {
    switch (opcode) {
      case Opcode.PING:
        this.stream.write(encode(Opcode.PONG, payload));
        break;
      case Opcode.PONG:
        break;
      case Opcode.CLOSE:
        this.#closeFrame.resolve(
          payload.length < 2 ? { code: 1005, reason: '' } : { code: payload.readUInt16BE(), reason: payload.toString('utf8', 2) },
        );
        break;
      default:
        assert.equal(opcode === Opcode.CONTINUATION, this.#fragments.length > 0, 'fragments in order');
        this.#fragments.push({ opcode, payload });
        if (fin) {
          const whole = Buffer.concat(this.#fragments.map((fragment) => fragment.payload));
          const text = this.#fragments[0].opcode === Opcode.TEXT;
          this.#fragments = [];
          this.#deliver(text ? whole.toString('utf8') : whole);
        }
    }
  }

  #deliver(message) {
    const wanted = this.#waiting.shift();
    if (wanted === undefined) {
      this.#arrived.push(message);
    } else {
      wanted.resolve(message);
    }
  }

  #fail(error) {
    this.#failure ??= error;
    this.#waiting.splice(0).forEach((wanted) => wanted.reject(this.#failure));
    this.#closeFrame.reject(this.#failure);
  }
}
