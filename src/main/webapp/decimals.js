// Decimal numbers as text: the digits after the point, and the exact difference of two numbers. Uses no DOM.

const DECIMAL = /^(-?)(\d{1,40})(\.\d{1,40})?$/;

/** {whole, fraction} of a plain decimal number, where fraction begins with the point or is empty; null for any other text. */
export function parseDecimal(text) {
  const match = DECIMAL.exec(text);
  return match === null ? null : { whole: match[1] + match[2], fraction: match[3] ?? '' };
}

/** The second minus the first, as {sign: -1, 0 or 1, whole, fraction}, with as many digits as the longer of the two. */
export function changeBetween(was, is) {
  const digits = Math.max(digitsOf(was), digitsOf(is));
  const difference = units(is, digits) - units(was, digits);
  const size = String(difference < 0n ? -difference : difference).padStart(digits + 1, '0');
  const whole = size.slice(0, size.length - digits);
  return { sign: difference < 0n ? -1 : difference > 0n ? 1 : 0, whole, fraction: digits === 0 ? '' : `.${size.slice(-digits)}` };
}

export function digitsOf({ fraction }) {
  return Math.max(0, fraction.length - 1);
}

function units({ whole, fraction }, digits) {
  return BigInt(whole + fraction.slice(1).padEnd(digits, '0'));
}
