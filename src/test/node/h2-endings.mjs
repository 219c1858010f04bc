// 200 WebSockets opened and cleanly closed on one TCP connection, in every way a client can end its stream. The server
// finishes each of them, sends no GOAWAY, and the streams beside them live on.
import assert from 'node:assert/strict';
import { constants } from 'node:http2';
import { baseUrl, check } from './lib/check.mjs';
import { H2Connection, H2Socket } from './lib/h2.mjs';

const EACH = 50;
const BATCH = 10;
const bye = H2Socket.closeBytes(1000, 'bye');

const ENDINGS = {
  'END_STREAM with the Close': async (socket) => {
    socket.stream.end(bye);
    assert.equal((await socket.closeFrame).code, 1000);
  },
  'END_STREAM after the Close': async (socket) => {
    socket.stream.write(bye);
    assert.equal((await socket.closeFrame).code, 1000);
    socket.stream.end();
  },
  'RST_STREAM after the Close': async (socket) => {
    socket.stream.write(bye);
    assert.equal((await socket.closeFrame).code, 1000);
    socket.stream.close(constants.NGHTTP2_CANCEL);
  },
  'nothing after the Close': async (socket) => {
    socket.stream.write(bye);
    assert.equal((await socket.closeFrame).code, 1000);
    await socket.ended;
  },
};

check(async (step) => {
  const connection = await H2Connection.connect(baseUrl());
  const witnesses = await connection.openMany(3, '/v1/echo');
  const codes = {};
  let opened = 0;

  for (let batch = 0; batch < EACH / BATCH; batch++) {
    for (const [name, end] of Object.entries(ENDINGS)) {
      step(`${name}, batch ${batch}`);
      const sockets = await connection.openMany(BATCH, '/v1/echo');
      opened += sockets.length;
      await Promise.all(sockets.map((socket, i) => socket.echo(`hello ${i}`)));
      await Promise.all(sockets.map(end));
      for (const code of await Promise.all(sockets.map((socket) => socket.gone))) {
        const key = `${name}: ${code}`;
        codes[key] = (codes[key] ?? 0) + 1;
      }
      await Promise.all(witnesses.map((socket) => socket.echo(`${name} ${batch}`)));
      connection.assertHealthy();
    }
  }

  step('one more');
  await (await connection.open('/v1/echo')).echo('still here');
  connection.assertHealthy();
  connection.destroy();
  return { opened, codes };
});
