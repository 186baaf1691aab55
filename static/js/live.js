/* The one socket of a page: it keeps the last number of every channel, asks for what is missing, and never gives up. */
const root = document.documentElement;
const longest = 15000;

/* Too much was missed: the page is read anew, as soon as nobody is writing on it. */
export function reload() {
  const fields = [...document.querySelectorAll("textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=search])")];
  const busy = document.querySelector("dialog[open]") || fields.some((field) => field.value !== field.defaultValue);
  if (busy) setTimeout(reload, 2000);
  else location.reload();
}

export class Stream {
  constructor({ numbers, onCard, cards = true }) {
    Stream.current = this;
    this.cards = cards;
    this.numbers = new Map(Object.entries(numbers));
    this.onCard = onCard;
    this.tries = 0;
    this.missing = new Map();
    this.ended = false;
    this.open();
    window.addEventListener("online", () => this.retry());
    document.addEventListener("visibilitychange", () => document.hidden || this.retry());
  }

  open() {
    this.show(this.tries > 1 ? "offline" : "connecting");
    this.socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live/${this.cards ? "" : "?cards=no"}`);
    this.socket.onmessage = (event) => this.hear(JSON.parse(event.data));
    this.socket.onclose = (event) => this.closed(event.code);
  }

  closed(code) {
    if (this.ended) return;
    if (code === 4401 || code === 4403) {
      this.ended = true;
      this.show("offline");
      return;
    }
    this.tries += 1;
    this.show(this.tries > 1 ? "offline" : "connecting");
    const pause = Math.min(longest, 250 * 2 ** this.tries) * (0.5 + Math.random());
    this.timer = setTimeout(() => this.open(), pause);
  }

  retry() {
    if (this.ended || this.socket.readyState < WebSocket.CLOSING) return;
    clearTimeout(this.timer);
    this.open();
  }

  hear(message) {
    if (message.bell) document.dispatchEvent(new CustomEvent("tower:told", { detail: message.bell }));
    if (message.type === "hello") this.greet(message.channels);
    else if (message.type === "card") this.take(message);
    else if (message.type === "mark") this.say({ type: "ack", mark: message.mark });
    else if (message.type === "caught_up") this.advance(message.channels);
    else if (message.type === "reload") reload();
    else if (message.type === "bye") this.leave();
  }

  greet(channels) {
    this.tries = 0;
    this.show("live");
    const behind = Object.entries(channels).some(([key, last]) => last > (this.numbers.get(key) ?? 0));
    if (behind) this.say({ type: "catch_up", channels: Object.fromEntries(this.numbers) });
  }

  take(card) {
    const last = this.numbers.get(card.channel) ?? 0;
    if (card.number > last + 1 && !this.catching) this.ask(card.channel, last);
    this.numbers.set(card.channel, Math.max(last, card.number));
    this.onCard(card);
  }

  /* A slow reader is sent only the newest version of a card, so that a gap may be nothing: ask, but not at once. */
  ask(channel, last) {
    if (!this.missing.has(channel)) this.missing.set(channel, last);
    this.asking ??= setTimeout(() => {
      this.asking = null;
      const channels = { ...Object.fromEntries(this.numbers), ...Object.fromEntries(this.missing) };
      this.missing.clear();
      this.say({ type: "catch_up", channels });
    }, 400 + Math.random() * 400);
  }

  /* Another rendering of the page stands at other numbers: everything after them is to be heard again. */
  rebase(numbers) {
    const behind = Object.entries(numbers).some(([key, last]) => last < (this.numbers.get(key) ?? 0));
    if (!behind) {
      this.advance(numbers);
      return;
    }
    this.numbers = new Map(Object.entries(numbers));
    this.say({ type: "catch_up", channels: numbers });
  }

  advance(channels) {
    for (const [key, last] of Object.entries(channels)) {
      this.numbers.set(key, Math.max(last, this.numbers.get(key) ?? 0));
    }
  }

  say(message) {
    if (message.type === "catch_up") {
      this.catching = true;
      setTimeout(() => { this.catching = false; }, 1000);
    }
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  leave() {
    this.ended = true;
    this.show("offline");
    location.assign(document.body.dataset.signIn || "/");
  }

  show(state) {
    root.dataset.live = state;
  }
}
