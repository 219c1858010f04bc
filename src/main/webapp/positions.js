// Where a publication stands in its channel: "generation-shardSequence-channelSequence" (docs/protocol.md).

const POSITION = /^(\d{1,19})-\d{1,19}-(\d{1,19})$/;

/** {text, generation, sequence}; the numbers are BigInt, since they may have more digits than a double holds. */
export function parsePosition(text) {
  const match = POSITION.exec(text);
  if (match === null) {
    throw new TypeError(`a position is generation-shardSequence-channelSequence, not ${text}`);
  }
  return { text, generation: BigInt(match[1]), sequence: BigInt(match[2]) };
}

/** Below 0, 0 or above 0, by the order within one channel and origin. */
export function comparePositions(a, b) {
  const [left, right] = a.generation === b.generation ? [a.sequence, b.sequence] : [a.generation, b.generation];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A cursor's object from origin to position, as a Map of parsed positions. */
export function parseCursor(cursor) {
  return new Map(Object.entries(cursor).map(([origin, text]) => [origin, parsePosition(text)]));
}
