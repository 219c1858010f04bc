// 100 WebSockets on one TCP connection, all echoing at once.
import assert from 'node:assert/strict';
import { baseUrl, check, noise, words } from './lib/check.mjs';
import { H2Connection, H2Socket } from './lib/h2.mjs';

const SOCKETS = 100;
const ROUNDS = 20;

check(async (step) => {
  step('open');
  const connection = await H2Connection.connect(baseUrl());
  const sockets = await connection.openMany(SOCKETS, '/v1/echo');

  for (const size of [1, 125, 126, 65_535, 65_536]) {
    step(`${size} bytes on all`);
    await Promise.all(sockets.map((socket, i) => socket.echo(i % 2 === 0 ? words(size, i) : noise(size, i))));
  }
  step('1 MiB on ten, beyond every window');
  await Promise.all(sockets.slice(0, 10).map((socket, i) => socket.echo(noise(1_048_576, i))));

  step(`${ROUNDS} rounds on all`);
  await Promise.all(
    sockets.map(async (socket, i) => {
      for (let round = 0; round < ROUNDS; round++) {
        await socket.echo(`socket ${i} round ${round}`);
      }
    }),
  );

  step('close');
  await Promise.all(
    sockets.map(async (socket) => {
      socket.stream.write(H2Socket.closeBytes(1000, 'done'));
      assert.equal((await socket.closeFrame).code, 1000);
      socket.stream.end();
      await socket.gone;
    }),
  );
  connection.assertHealthy();
  connection.destroy();
  return { sockets: SOCKETS, rounds: ROUNDS };
});
