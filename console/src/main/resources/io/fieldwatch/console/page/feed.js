// The live stream: one EventSource, the server's clock, and how late what is shown is.

const LATE_MILLIS = 5000;

export class Feed {
  #handlers;
  #source = null;
  #heardAt = performance.now();
  #feedAge = 0;
  #clockOffset = 0;
  #heard = false;

  /** handlers: loaded() after a first connection or a gap, resumed() after a short one, alert(event), devices(list). */
  constructor(handlers) {
    this.#handlers = handlers;
  }

  connect() {
    const source = new EventSource("/api/v1/stream");
    this.#source = source;
    let first = true;
    source.addEventListener("clock", (message) => {
      this.#clock(JSON.parse(message.data));
      // The browser resumes by itself with Last-Event-ID; only a new EventSource has to load everything.
      if (first) {
        first = false;
        this.#handlers.loaded();
      }
    });
    source.addEventListener("open", () => {
      if (!first) {
        this.#handlers.resumed();
      }
    });
    source.addEventListener("reset", (message) => {
      this.#clock(JSON.parse(message.data));
      this.#handlers.loaded();
    });
    source.addEventListener("alert", (message) => {
      this.#hear();
      this.#handlers.alert(JSON.parse(message.data));
    });
    source.addEventListener("device", (message) => {
      this.#hear();
      this.#handlers.devices(JSON.parse(message.data).devices);
    });
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) {
        setTimeout(() => this.connect(), 3000);
      }
    };
  }

  /** The server's time in milliseconds. */
  now() {
    return performance.now() + this.#clockOffset;
  }

  get known() {
    return this.#heard;
  }

  get connected() {
    return this.#heard && this.#source?.readyState === EventSource.OPEN;
  }

  /** How old what is shown is, in milliseconds, when that is too old; else 0. */
  late() {
    const old = performance.now() - this.#heardAt + this.#feedAge;
    return old > LATE_MILLIS ? old : 0;
  }

  #hear() {
    this.#heardAt = performance.now();
    this.#heard = true;
  }

  #clock(clock) {
    this.#hear();
    this.#feedAge = clock.feedAgeMillis;
    this.#clockOffset = clock.timeMillis - performance.now();
  }
}
