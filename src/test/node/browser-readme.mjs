// The README's ten lines of a browser, pasted into the page: they get back what they publish.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { baseUrl, check } from './lib/check.mjs';
import { launch } from './lib/browser.mjs';

check(async (step) => {
  const base = baseUrl();
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const lines = /## Ten lines of a browser[^]*?```js\n([^]*?)```/.exec(readme)[1];

  step('paste the lines');
  const browser = await launch();
  const page = await (await browser.newContext()).newPage();
  await page.goto(base.href);
  const types = await page.evaluate((pasted) => new Promise((resolve) => {
    const types = [];
    console.log = (reply) => {
      types.push(reply.type);
      if (types.includes('published') && types.includes('message')) {
        resolve(types);
      }
    };
    (0, eval)(pasted);
  }), lines);
  await browser.close();
  assert.deepEqual([...types].sort(), ['message', 'published', 'subscribed', 'welcome']);
  return {};
});
