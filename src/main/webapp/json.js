// JSON as it was written: 1.10 stays 1.10 and twenty digits stay twenty, where the browser can tell.

const EXACT = typeof JSON.rawJSON === 'function';

/** As JSON.parse, but a number whose digits JavaScript would change becomes one that stringify writes as it was. */
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

/** What somebody typed as a value: JSON where it is that, else a string. */
export function typedValue(text) {
  try {
    return parseExact(text);
  } catch {
    return text;
  }
}
