// What is to be published to one channel, in order. One at a time: only so does a failed publish never let a later one
// overtake it (docs/protocol.md rule 8). No DOM, no connection.

/**
 * An item is {msgId, key, data, onPublished(published), onFailed(error)}. Its msgId stays, so that sending it again
 * after a break publishes it once.
 */
export class Outbox {
  #send;
  #waiting = [];
  #inFlight = null;

  /** send(item) is false while there is nobody to send to; then resume() tells when there is. */
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

  /** What was sent may not have arrived: it is sent again. */
  interrupted() {
    this.#inFlight = null;
  }

  /** It need not be sent again, whatever the answer would have been. False where it was over before. */
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
