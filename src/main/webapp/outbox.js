// The messages to publish to one channel, in order, one at a time: otherwise a later message could overtake one whose
// publish failed (docs/protocol.md rule 8). Uses no DOM and no connection.

/**
 * An item is {msgId, key, data, onPublished(published), onFailed(error)}. Its msgId stays, so that sending it again
 * after a break publishes it once.
 */
export class Outbox {
  #send;
  #waiting = [];
  #inFlight = null;

  /** send(item) is false while there is no connection; call resume() when there is one. */
  constructor(send) {
    this.#send = send;
  }

  get isEmpty() {
    return this.#waiting.length === 0;
  }

  add(item) {
    this.#waiting.push(item);
    this.resume();
  }

  resume() {
    const first = this.#waiting[0];
    if (this.#inFlight === null && first !== undefined) {
      this.#inFlight = first;
      if (!this.#send(first)) {
        this.interrupted();
      }
    }
  }

  /** An item that was sent may not have arrived: it is sent again. */
  interrupted() {
    this.#inFlight = null;
  }

  /** The item need not be sent again, whatever the answer. False if it was settled before. */
  settled(msgId) {
    if (this.#waiting[0]?.msgId !== msgId) {
      return false;
    }
    this.#waiting.shift();
    this.#inFlight = null;
    this.resume();
    return true;
  }
}
