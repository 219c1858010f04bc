// Messages of all sizes and kinds, made from a seed: JSON that repeats itself, noise, text of all character widths, and empty ones.
import { noise, words } from './check.mjs';

/** A generator of numbers from 0 to 2^32 - 1. */
export function numbers(seed) {
  let x = seed >>> 0;
  return () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return (x ^ (x >>> 15)) >>> 0;
  };
}

export function json(next, bytes) {
  let text = '';
  while (text.length < bytes) {
    text += `{"type":"order","id":${next() % 100_000},"symbol":"EUR${'ABCDEFGH'[next() % 8]}","price":${(next() % 1_000_000) / 10_000},"note":"größe ${next() % 50}"}`;
  }
  return text.slice(0, bytes);
}

/** The next message; a string goes as text, a buffer as binary. */
export function message(next, most) {
  const size = Math.min(most, (1 << next() % 16) + (next() % 64));
  switch (next() % 8) {
    case 0:
      return noise(size, next());
    case 1:
      return words(size, next() % 4);
    case 2:
      return next() % 2 === 0 ? '' : Buffer.from(json(next, size));
    default:
      return json(next, size);
  }
}
