// Two tabs of one link chat with each other, by keyboard alone, under the page's Content-Security-Policy.
import assert from 'node:assert/strict';
import { baseUrl, check } from './lib/check.mjs';
import { Tab, launch } from './lib/browser.mjs';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
];

check(async (step) => {
  const browser = await launch();
  const context = await browser.newContext();
  const base = baseUrl();

  step('open without a room: both tabs meet in the same one');
  const [first, second] = [await Tab.open(context, base.href), await Tab.open(context, base.href)];
  const policy = (await first.response.headerValue('content-security-policy')).split(';').map((part) => part.trim());
  POLICY.forEach((part) => assert.ok(policy.some((directive) => directive === part || (part.startsWith('connect-src') && directive.startsWith(`${part} ws`))), `the policy lacks ${part}`));
  assert.equal(new URL(first.page.url()).hash, new URL(second.page.url()).hash);
  await first.say('hello from the first');
  await first.sees('hello from the first');
  await second.sees('hello from the first');
  await second.say('hello from the second');
  await first.sees('hello from the second');
  assert.match(await first.page.locator('#round-trip-ms').textContent(), /^\d+(\.\d)? ms$/);

  step('move to a room of their own, with names, by keyboard');
  for (const [tab, name] of [[first, 'Ada'], [second, 'Grace']]) {
    await tab.press('Shift+Tab');
    assert.equal(await tab.focus(), 'log');
    while ((await tab.focus()) !== 'name') {
      await tab.press('Shift+Tab');
    }
    await tab.page.keyboard.type(name);
    await tab.press('Shift+Tab');
    assert.equal(await tab.focus(), 'room');
    const address = tab.page.url();
    await tab.page.keyboard.type('Tea & Cake');
    await tab.press('Enter');
    await tab.shown('#room-note', { hasText: '“Tea & Cake” can’t be a room’s name: use 1 to 64 letters, digits, _ or -.' }).waitFor();
    assert.deepEqual([await tab.focus(), await tab.shown('#room').inputValue(), tab.page.url()], ['room', 'Tea & Cake', address], 'it is said, not rewritten');
    assert.equal(await tab.shown('#room').getAttribute('aria-invalid'), 'true');
    await tab.shown('#room').selectText();
    await tab.page.keyboard.type('tea-cake');
    assert.equal(await tab.shown('#room-note').textContent(), '');
    await tab.press('Enter');
    await tab.page.waitForURL('**/#tea-cake');
    await tab.page.locator('.notice', { hasText: 'tea-cake' }).waitFor();
    await tab.connected();
  }
  assert.equal(await first.page.locator('.message').count(), 0, 'a new room starts empty');

  step('text stays text');
  const hostile = '<img src=x onerror="document.title=1"> & <b>bold</b>';
  await first.say(hostile);
  assert.equal(await second.sees(hostile), 'Ada');
  assert.equal(await second.page.locator('#log img, #log b').count(), 0);

  step('lines, and the longest message');
  await second.page.keyboard.type('one');
  await second.press('Shift+Enter');
  await second.say('two');
  assert.equal(await first.sees('one\ntwo'), 'Grace');
  const longest = '水'.repeat(16_384);
  await second.page.locator('#text').fill(`${longest}`);
  await second.press('Enter');
  await first.sees(longest);

  step('a name of one’s own that is too long is said, and nothing goes out under a part of it');
  await second.shown('#name').fill('x'.repeat(41));
  await second.shown('#text').fill('from whom?');
  await second.shown('#text').press('Enter');
  await second.shown('#name-note', { hasText: 'can’t be your name: use 1 to 40 characters.' }).waitFor();
  assert.equal(await second.focus(), 'name');
  await second.shown('#name').fill('Grace');
  await second.shown('#text').press('Enter');
  assert.equal(await first.sees('from whom?'), 'Grace');

  step('a link with what can’t be a room’s name says so, and leads to no other');
  const astray = await Tab.opened(context, new URL('#Tea%20%26%20Cake', base).href);
  for (const [hash, quoted] of [['#Tea%20%26%20Cake', 'Tea & Cake'], ['#100%', '100%']]) {
    await astray.page.evaluate((wanted) => (location.hash = wanted), hash);
    await astray.shown('#room-note', { hasText: `“${quoted}” can’t be a room’s name` }).waitFor();
    assert.equal(new URL(astray.page.url()).hash, hash);
    assert.equal(await astray.page.locator('#state').textContent(), 'Not connected');
    await astray.shown('#text').fill('into nowhere');
    await astray.shown('#text').press('Enter');
    assert.deepEqual([await astray.focus(), await astray.shown('#text').inputValue()], ['room', 'into nowhere']);
    await astray.page.keyboard.type('tea-cake');
    await astray.press('Enter');
    await astray.connected();
    await astray.shown('#text').fill('');
  }

  step('a link with a room leads there');
  const third = await Tab.open(context, new URL('#tea-cake', base).href);
  await third.say('me too');
  await first.sees('me too');

  step('the switch keeps its place beside the title, on a phone and on a desk');
  for (const width of [360, 1280]) {
    await third.page.setViewportSize({ width, height: 640 });
    await third.page.locator('#details').check();
    await third.page.locator('#round-trip').waitFor();
    const [title, details] = await Promise.all(['h1', '.switch'].map((of) => third.page.locator(of).boundingBox()));
    assert.ok(details.y < title.y + title.height && details.y + details.height > title.y, `at ${width} px it is in another row`);
    assert.ok(details.x + details.width <= width, `at ${width} px it is cut off`);
  }

  for (const tab of [first, second, third, astray]) {
    assert.deepEqual(tab.complaints, []);
  }
  await browser.close();
  return { tabs: 3 };
});
