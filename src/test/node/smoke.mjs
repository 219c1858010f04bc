// Echoes text and binary at /v1/echo of a running server, over HTTP/1.1 (RFC 6455) and over h2c with
// prior knowledge (RFC 8441). Node's own modules only.  node smoke.mjs PORT
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import http2 from 'node:http2';

const PATH = '/v1/echo';
const TEXT = 1, BINARY = 2, CLOSE = 8;
const LIMIT_MS = 10_000;

/** One client frame: FIN, masked. */
function encode(opcode, payload) {
  const n = payload.length;
  const head = n < 126 ? Buffer.from([0x80 | opcode, 0x80 | n])
    : n < 65536 ? Buffer.from([0x80 | opcode, 0x80 | 126, n >> 8, n & 0xff])
      : Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | 127, 0, 0, 0, 0]), uint32(n)]);
  const mask = randomBytes(4);
  const masked = Buffer.from(payload, 0, n);
  return Buffer.concat([head, mask, Buffer.from(masked.map((byte, i) => byte ^ mask[i & 3]))]);
}

function uint32(n) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(n);
  return bytes;
}

/** The frames of a server as they come: each has opcode, fin and payload. */
class Frames {
  #bytes = Buffer.alloc(0);
  #waiting = [];
  #ready = [];

  constructor(stream) {
    stream.on('data', (chunk) => this.#add(chunk));
    stream.on('end', () => this.#fail(new Error('the server ended the stream')));
    stream.on('error', (error) => this.#fail(error));
  }

  next() {
    const ready = this.#ready.shift();
    return ready ? Promise.resolve(ready)
      : new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #fail(error) {
    this.#waiting.splice(0).forEach(({ reject }) => reject(error));
  }

  #add(chunk) {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (let frame = this.#take(); frame; frame = this.#take()) {
      const waiting = this.#waiting.shift();
      if (waiting) waiting.resolve(frame); else this.#ready.push(frame);
    }
  }

  #take() {
    const b = this.#bytes;
    if (b.length < 2) return null;
    assert.equal(b[1] & 0x80, 0, 'a server does not mask');
    assert.equal(b[0] & 0x70, 0, 'no extension was negotiated');
    let n = b[1], at = 2;
    if (n === 126) { if (b.length < 4) return null; n = b.readUInt16BE(2); at = 4; }
    if (n === 127) { if (b.length < 10) return null; n = Number(b.readBigUInt64BE(2)); at = 10; }
    if (b.length < at + n) return null;
    this.#bytes = b.subarray(at + n);
    return { opcode: b[0] & 0xf, fin: (b[0] & 0x80) !== 0, payload: b.subarray(at, at + n) };
  }
}

/** Joins fragments and skips control frames but Close. */
async function message(frames) {
  let opcode = 0;
  const parts = [];
  for (;;) {
    const frame = await frames.next();
    if (frame.opcode === CLOSE) return frame;
    if (frame.opcode > CLOSE) continue;
    opcode ||= frame.opcode;
    parts.push(frame.payload);
    if (frame.fin) return { opcode, payload: Buffer.concat(parts) };
  }
}

async function converse(stream, frames) {
  const cases = [
    [TEXT, Buffer.from('high water \u2191 \u{1F30A}')],
    [TEXT, Buffer.alloc(0)],
    [BINARY, randomBytes(125)],
    [BINARY, randomBytes(126)],
    [BINARY, randomBytes(60_000)],
  ];
  for (const [opcode, payload] of cases) {
    stream.write(encode(opcode, payload));
    const echo = await message(frames);
    assert.equal(echo.opcode, opcode);
    assert.ok(echo.payload.equals(payload), `${payload.length} bytes came back changed`);
  }
  stream.write(encode(CLOSE, Buffer.from([0x03, 0xe8])));
  const close = await message(frames);
  assert.equal(close.opcode, CLOSE);
  assert.equal(close.payload.readUInt16BE(0), 1000);
  return cases.length;
}

function overHttp1(port) {
  return new Promise((resolve, reject) => {
    const key = randomBytes(16).toString('base64');
    const request = http.get({
      host: '127.0.0.1', port, path: PATH,
      headers: {
        Connection: 'Upgrade', Upgrade: 'websocket',
        'Sec-WebSocket-Key': key, 'Sec-WebSocket-Version': '13',
      },
    });
    request.on('error', reject);
    request.on('response', (r) => reject(new Error(`HTTP/1.1: ${r.statusCode} and no upgrade`)));
    request.on('upgrade', (response, socket, head) => {
      const accept = createHash('sha1')
        .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      if (response.headers['sec-websocket-accept'] !== accept) {
        reject(new Error('wrong Sec-WebSocket-Accept'));
        return;
      }
      if (head.length) socket.unshift(head);
      converse(socket, new Frames(socket)).finally(() => socket.destroy()).then(resolve, reject);
    });
  });
}

function overH2c(port) {
  return new Promise((resolve, reject) => {
    const session = http2.connect(`http://127.0.0.1:${port}`);
    session.on('error', reject);
    session.once('remoteSettings', (settings) => {
      if (!settings.enableConnectProtocol) {
        reject(new Error('no SETTINGS_ENABLE_CONNECT_PROTOCOL'));
        return;
      }
      const stream = session.request({
        ':method': 'CONNECT', ':protocol': 'websocket', ':scheme': 'http', ':path': PATH,
        ':authority': `127.0.0.1:${port}`, 'sec-websocket-version': '13',
      }, { endStream: false });
      stream.on('error', reject);
      stream.on('response', (headers) => {
        if (headers[':status'] !== 200) {
          reject(new Error(`h2c: ${headers[':status']}`));
          return;
        }
        converse(stream, new Frames(stream)).finally(() => session.destroy())
          .then(resolve, reject);
      });
    });
  });
}

const port = Number(process.argv[2]);
const guard = setTimeout(() => {
  console.error(`no answer within ${LIMIT_MS} ms`);
  process.exit(1);
}, LIMIT_MS);
for (const [name, echo] of [['HTTP/1.1', overHttp1], ['h2c', overH2c]]) {
  console.log(`${name}: ${await echo(port)} messages echoed, closed with 1000`);
}
clearTimeout(guard);
