// RFC 6455 section 5.2, from the client's side: frames out are masked, frames in must not be.
import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';

export const Opcode = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 };

export function encode(opcode, payload, { fin = true } = {}) {
  const length = payload.length;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = Buffer.allocUnsafe(2 + extended + 4 + length);
  frame[0] = (fin ? 0x80 : 0) | opcode;
  frame[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) {
    frame.writeUInt16BE(length, 2);
  } else if (extended === 8) {
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  const at = 2 + extended;
  const mask = randomFillSync(frame.subarray(at, at + 4));
  for (let i = 0; i < length; i++) {
    frame[at + 4 + i] = payload[i] ^ mask[i & 3];
  }
  return frame;
}

export function closePayload(code, reason = '') {
  const text = Buffer.from(reason);
  const payload = Buffer.allocUnsafe(2 + text.length);
  payload.writeUInt16BE(code);
  text.copy(payload, 2);
  return payload;
}

/** Takes bytes as they come and hands out whole frames; a frame that a server may not send throws. */
export class FrameDecoder {
  #chunks = [];
  #size = 0;

  /** Returns the frames {fin, opcode, payload} that these bytes completed. */
  push(bytes) {
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    const frames = [];
    for (let frame = this.#take(); frame !== null; frame = this.#take()) {
      frames.push(frame);
    }
    return frames;
  }

  /** True in the middle of a frame. */
  get partial() {
    return this.#size > 0;
  }

  #take() {
    if (this.#size < 2) {
      return null;
    }
    const head = this.#peek(Math.min(this.#size, 10));
    const short = head[1] & 0x7f;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    if (head.length < 2 + extended) {
      return null;
    }
    const length = extended === 0 ? short : extended === 2 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
    const opcode = head[0] & 0x0f;
    assert.equal(head[0] & 0x70, 0, 'no RSV bit was negotiated');
    assert.equal(head[1] & 0x80, 0, 'a server must not mask');
    assert.ok(Object.values(Opcode).includes(opcode), `opcode ${opcode}`);
    assert.ok(extended !== 2 || length > 125, 'length not in its shortest form');
    assert.ok(extended !== 8 || length > 65_535, 'length not in its shortest form');
    const fin = (head[0] & 0x80) !== 0;
    assert.ok(opcode < 8 || (fin && length <= 125), 'a control frame is whole and at most 125 bytes');
    if (this.#size < 2 + extended + length) {
      return null;
    }
    const all = this.#peek(this.#size);
    const rest = all.subarray(2 + extended + length);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#size = rest.length;
    return { fin, opcode, payload: all.subarray(2 + extended, 2 + extended + length) };
  }

  #peek(length) {
    if (this.#chunks[0].length < length) {
      this.#chunks = [Buffer.concat(this.#chunks)];
    }
    return this.#chunks[0].subarray(0, length);
  }
}
