// What every script here shares: one JSON line at the end, exit code 0 or 1, and a guard against hanging.
import assert from 'node:assert/strict';
import { basename } from 'node:path';

const GUARD_MS = Number(process.env.GUARD_MS ?? 90_000);

/** Runs body(step), where step(text) says what is being tried; an error names the last step. */
export async function check(body) {
  const name = basename(process.argv[1], '.mjs');
  let trying = 'start';
  const finish = (ok, more) => {
    process.stdout.write(`${JSON.stringify({ check: name, ok, ...more })}\n`, () => process.exit(ok ? 0 : 1));
  };
  const guard = setTimeout(() => finish(false, { step: trying, error: `still not done after ${GUARD_MS} ms` }), GUARD_MS);
  process.on('unhandledRejection', (error) => finish(false, { step: trying, error: String(error?.stack ?? error) }));
  try {
    const result = await body((text) => {
      trying = text;
    });
    clearTimeout(guard);
    finish(true, result);
  } catch (error) {
    finish(false, { step: trying, error: String(error?.stack ?? error) });
  }
}

/** The server's address, the script's first argument, as a URL without a path. */
export function baseUrl() {
  assert.ok(process.argv[2], `usage: ${basename(process.argv[1])} BASE_URL`);
  return new URL(process.argv[2]);
}

/** A promise with its handles outside. */
export function deferred() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  made.promise.catch(() => {}); // Whoever awaits it sees the error; nobody may be waiting yet.
  return made;
}

/** Bytes that are different for different seeds and do not compress away. */
export function noise(length, seed) {
  const bytes = Buffer.allocUnsafe(length);
  let x = (seed * 2654435761 + 1) >>> 0;
  for (let i = 0; i < length; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    bytes[i] = x >>> 24;
  }
  return bytes;
}

/** Text of exactly that many UTF-8 bytes, with characters of one to four bytes. */
export function words(bytes, seed) {
  const alphabet = ['a', 'ß', '水', '🌊'];
  const parts = [];
  let left = bytes;
  for (let i = seed; left > 0; i++) {
    const width = Math.min((i % 4) + 1, left);
    parts.push(alphabet[width - 1]);
    left -= width;
  }
  return parts.join('');
}
