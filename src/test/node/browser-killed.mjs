// The node of a chat is killed and starts again on its archive: nobody notices but for the pause. This script prints
// the line "kill" twice, and each time waits for a line on its standard input, which says that the node is back.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { baseUrl, check } from './lib/check.mjs';
import { Tab, launch } from './lib/browser.mjs';

const isMessage = (text) => /^m\d+ /.test(text);

check(async (step) => {
  const browser = await launch();
  const context = await browser.newContext();
  const url = new URL('#channel/kitchen', baseUrl()).href;
  const [first, second] = [await Tab.open(context, url), await Tab.open(context, url)];
  const lines = createInterface({ input: process.stdin });
  const order = [];
  let number = 0;

  const says = async (tab, text) => {
    const said = `m${++number} ${text}`;
    order.push(said);
    await tab.say(said);
    return said;
  };

  for (const round of ['first', 'second']) {
    step(`before the ${round} kill`);
    const before = await says(first, `before the ${round} kill`);
    await second.sees(before);
    const answer = await says(second, 'an answer');
    await first.sees(answer);

    step(`the ${round} kill`);
    const back = once(lines, 'line');
    const lost = first.page.locator('body:not([data-state="open"])').waitFor();
    process.stdout.write('kill\n');
    await lost;
    const away = await says(first, 'written while the node was away');
    await back;
    await Promise.all([first.connected(), second.connected()]);
    await second.sees(away);
    await first.sees(away);
  }

  step('a tab that joins later, and one that is loaded again, have all of it');
  const late = await Tab.open(context, url);
  await second.page.reload();
  for (const tab of [first, second, late]) {
    await tab.sees(order[order.length - 1]);
    assert.deepEqual((await tab.log()).filter(isMessage), order);
  }
  for (const tab of [first, late]) {
    const told = await tab.log();
    assert.equal(told.some((text) => /Not resumed|missing|started over/.test(text)), false, told.join('\n'));
  }
  await browser.close();
  return { messages: order.length };
});
