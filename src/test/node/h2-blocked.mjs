// One endpoint's callback sleeps, and its client goes on sending; 99 others on the same TCP connection do not notice.
// /test/block sleeps for the milliseconds a message starts with, then answers with that number.
import assert from 'node:assert/strict';
import { baseUrl, check } from './lib/check.mjs';
import { H2Connection } from './lib/h2.mjs';

const SLEEP_MS = 5_000;
const OTHERS = 99;
const ROUNDS = 10;
const BACKLOG = 16;

check(async (step) => {
  const connection = await H2Connection.connect(baseUrl());
  step('open');
  const blocked = await connection.open('/test/block');
  const others = await connection.openMany(OTHERS, '/v1/echo');

  step('block one, and send it more than its window');
  let awake = false;
  blocked.sendText(`${SLEEP_MS}`);
  for (let i = 0; i < BACKLOG; i++) {
    blocked.sendText(`0 ${'x'.repeat(60_000)}`);
  }
  const slept = blocked.next().then((answer) => {
    awake = true;
    return answer;
  });

  step('the others flow');
  await Promise.all(
    others.map(async (socket, i) => {
      for (let round = 0; round < ROUNDS; round++) {
        await socket.echo(`socket ${i} round ${round}`);
      }
    }),
  );
  assert.equal(awake, false, `${OTHERS} sockets did ${ROUNDS} rounds before the blocked one woke`);

  step('the blocked one catches up');
  assert.equal(await slept, `${SLEEP_MS}`);
  for (let i = 0; i < BACKLOG; i++) {
    assert.equal(await blocked.next(), '0');
  }
  connection.assertHealthy();
  connection.destroy();
  return { others: OTHERS, rounds: ROUNDS };
});
