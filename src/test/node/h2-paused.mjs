// 20 clients stop reading while the server floods them; the others on the same TCP connection lose nothing, and the
// 20 find every message in order once they read again. To "COUNT BYTES", /test/flood answers with that many binary
// messages of that length, each of which starts with its number as a big-endian int.
import assert from 'node:assert/strict';
import { baseUrl, check } from './lib/check.mjs';
import { H2Connection } from './lib/h2.mjs';

const PAUSED = 20;
const OTHERS = 20;
const ROUNDS = 50;
/** Below the default low-water mark in messages and bytes, so that no policy acts; fifteen times a stream's window. */
const COUNT = 40;
const BYTES = 24_576;

check(async (step) => {
  const connection = await H2Connection.connect(baseUrl());
  step('open');
  const paused = await connection.openMany(PAUSED, '/test/flood');
  const others = await connection.openMany(OTHERS, '/v1/echo');

  step('stop reading and ask for the flood');
  let arrived = 0;
  const first = paused.map((socket) => {
    socket.stream.pause();
    socket.sendText(`${COUNT} ${BYTES}`);
    return socket.next().then((message) => {
      arrived++;
      return message;
    });
  });

  step('the others flow');
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all(others.map((socket, i) => socket.echo(`socket ${i} round ${round} ${'x'.repeat(2_000)}`)));
  }
  assert.equal(arrived, 0, 'nothing was read from the paused ones meanwhile');

  step('read again');
  await Promise.all(
    paused.map(async (socket, i) => {
      socket.stream.resume();
      for (let n = 0; n < COUNT; n++) {
        const message = n === 0 ? await first[i] : await socket.next();
        assert.equal(message.length, BYTES);
        assert.equal(message.readInt32BE(), n);
      }
    }),
  );
  connection.assertHealthy();
  connection.destroy();
  return { paused: PAUSED, others: OTHERS, rounds: ROUNDS };
});
