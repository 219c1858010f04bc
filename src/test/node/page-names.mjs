// What may be a name in the page, and how much one price is above another. Its argument is the folder of the page.
import assert from 'node:assert/strict';
import { check } from './lib/check.mjs';
import { pageModule } from './lib/page.mjs';

const { BOARD, CHANNEL, KEY, ROOM, VISITOR, whyUnusable } = await pageModule('names.js');
const { changeBetween, digitsOf, parseDecimal } = await pageModule('decimals.js');

check(async (step) => {
  step('what may be a name');
  for (const [kind, names] of [
    [CHANNEL, ['a', 'a.b_c:d/e-f', '-', 'x'.repeat(200)]],
    [ROOM, ['Tea', 'tea-cake_2', '水', 'नमस्ते', '𝔘'.repeat(64)]],
    [KEY, [' ', 'EUR USD', 'x'.repeat(200)]],
    [VISITOR, ['Ada', 'Ada & Grace', 'x'.repeat(40)]],
  ]) {
    names.forEach((name) => assert.equal(whyUnusable(kind, name), null));
  }

  step('what may not, with the value and what may');
  assert.equal(whyUnusable(CHANNEL, 'Tea & Cake/ö'), '“Tea & Cake/ö” can’t be a channel’s name: use 1 to 200 of A-Z a-z 0-9 . _ : / -.');
  assert.equal(whyUnusable(BOARD, 'x'.repeat(201)), `“${'x'.repeat(40)}…” (201 characters) can’t be a board’s name: use 1 to 200 of A-Z a-z 0-9 . _ : / -.`);
  assert.equal(whyUnusable(ROOM, 'a/b'), '“a/b” can’t be a room’s name: use 1 to 64 letters, digits, _ or -.');
  assert.equal(whyUnusable(VISITOR, ''), '“” can’t be your name: use 1 to 40 characters.');
  for (const [kind, names] of [[CHANNEL, ['', 'a b', 'a\nb', 'a%b']], [ROOM, ['', '.', 'a b', '%', 'x'.repeat(65)]], [KEY, ['', 'x'.repeat(201)]], [VISITOR, ['x'.repeat(41)]]]) {
    names.forEach((name) => assert.notEqual(whyUnusable(kind, name), null));
  }

  step('numbers as they are written');
  assert.deepEqual(parseDecimal('-12.50'), { whole: '-12', fraction: '.50' });
  assert.deepEqual(parseDecimal('7'), { whole: '7', fraction: '' });
  assert.equal(digitsOf(parseDecimal('1.0840')), 4);
  assert.equal(digitsOf(parseDecimal('7')), 0);
  ['', '1e5', '1.', '.5', '+1', '0x1', '1,5', ' 1', 'NaN', '{}'].forEach((text) => assert.equal(parseDecimal(text), null));

  step('changes, exactly');
  const nines = '9'.repeat(40);
  for (const [was, is, sign, whole, fraction] of [
    ['1.0840', '1.0850', 1, '0', '.0010'],
    ['0.3', '0.1', -1, '0', '.2'],
    ['9', '10.05', 1, '1', '.05'],
    ['-0.5', '0.25', 1, '0', '.75'],
    ['1.5', '1.50', 0, '0', '.00'],
    ['7', '5', -1, '2', ''],
    ['12345678901234567890.1', '12345678901234567890.2', 1, '0', '.1'],
    [nines, `-${nines}`, -1, `1${'9'.repeat(39)}8`, ''], // a digit more than either has
  ]) {
    assert.deepEqual(changeBetween(parseDecimal(was), parseDecimal(is)), { sign, whole, fraction });
  }
  return {};
});
