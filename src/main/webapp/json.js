// JSON as it was written: 1.10 stays 1.10 and twenty digits stay twenty, if the browser supports that.

const EXACT = typeof JSON.rawJSON === 'function';

/** Like JSON.parse, but a number whose digits JavaScript would change becomes an object that stringify writes unchanged. */
export function parseExact(text) {
  return EXACT
    ? JSON.parse(text, (key, value, { source } = {}) => (isChanged(value, source) ? JSON.rawJSON(source) : value))
    : JSON.parse(text);
}

function isChanged(value, source) {
  return typeof value === 'number' && source !== undefined && String(value) !== source;
}

/** A string as text, anything else as compact JSON: any client may have published it. */
export function show(data) {
  return typeof data === 'string' ? data : JSON.stringify(data);
}

/** A typed value: JSON if it is valid JSON, otherwise a string. */
export function typedValue(text) {
  try {
    return parseExact(text);
  } catch {
    return text;
  }
}
