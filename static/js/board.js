/* The live list: cards arrive, find their place, and wait with moving while somebody is at a row. */
import { compare, fits } from "./fits.js";
import { Stream } from "./live.js";
import { morph } from "./morph.js";
import { happened, show } from "./news.js";
import "./cursor.js";
import "./marks.js";
import { changed as caseChanged } from "./panel.js";
import { recount } from "./recount.js";

let asked;
let stream;
let frame = 0;
const arrived = new Map();
const list = () => document.getElementById("rows");
const row = (key) => document.getElementById(`case-${key}`);

function read() {
  asked = JSON.parse(document.getElementById("board-state").textContent);
  arrived.clear();
  if (stream) stream.rebase(asked.numbers);
  else stream = new Stream({ numbers: asked.numbers, onCard: take });
  show(arrived.size);
}

function take(card) {
  const known = arrived.get(card.case);
  if (known && known.version > card.version) return;
  arrived.set(card.case, card);
  caseChanged(card);
  recount();
  frame ||= requestAnimationFrame(settle);
}

/* One pass per animation frame: contents change at once, moves wait while a row is hovered or focused. */
function settle() {
  frame = 0;
  const still = isHeld();
  for (const [key, card] of arrived) {
    if (place(row(key), card, still)) arrived.delete(key);
  }
  show(arrived.size);
}

/* Whether nothing is left to do for this card. */
function place(old, card, still) {
  if (old && Number(old.dataset.version) > card.version) return true;
  const fresh = card.html ? parse(card.html) : null;
  const wanted = fresh && fits(fresh, asked);
  if (old && wanted) {
    const version = old.dataset.version;
    morph(old, fresh);
    old.removeAttribute("data-leaving");
    if (version !== old.dataset.version) flash(old);
    return inOrder(old) || (!still && Boolean(insert(old)));
  }
  if (old) {
    if (fresh) morph(old, fresh);
    return leave(old, still, card);
  }
  if (!wanted || elsewhere(fresh)) return true;
  if (still) return false;
  insert(fresh);
  flash(fresh);
  happened("new");
  return true;
}

function leave(old, still, card) {
  if (!old.hasAttribute("data-leaving")) {
    old.setAttribute("data-leaving", "");
    if (!card.html) happened("resolved");
  }
  if (still) return false;
  old.remove();
  return true;
}

function parse(html) {
  const shell = document.createElement("template");
  shell.innerHTML = html;
  return shell.content.firstElementChild;
}

function inOrder(card) {
  const before = card.previousElementSibling;
  const after = card.nextElementSibling;
  return !(before && compare(before, card, asked.sort) > 0) && !(after && compare(card, after, asked.sort) > 0);
}

function insert(card) {
  const next = [...list().children].find((one) => one !== card && compare(card, one, asked.sort) < 0);
  const focused = card.contains(document.activeElement) ? document.activeElement : null;
  list().insertBefore(card, next ?? null);
  focused?.focus({ preventScroll: true });
  return card;
}

/* On another page of the list: before the first row of a later page, or after the last where more follow. */
function elsewhere(card) {
  const { firstElementChild: first, lastElementChild: last } = list();
  if (!first) return false;
  return (!asked.first && compare(card, first, asked.sort) < 0) || (asked.more && compare(card, last, asked.sort) > 0);
}

function isHeld() {
  const rows = list();
  return rows.matches(":hover") || document.querySelector("dialog[open]") || (rows.contains(document.activeElement) && document.hasFocus());
}

function flash(card) {
  card.removeAttribute("data-fresh");
  requestAnimationFrame(() => card.setAttribute("data-fresh", ""));
}

const release = () => arrived.size && !frame && setTimeout(() => { frame ||= requestAnimationFrame(settle); }, 60);
document.addEventListener("mouseout", (event) => event.target.closest?.("#rows") && !event.relatedTarget?.closest?.("#rows") && release());
document.addEventListener("focusout", (event) => event.target.closest?.("#rows") && release());
document.getElementById("dialog").addEventListener("close", release);
document.addEventListener("click", (event) => {
  if (!event.target.closest("#news")) return;
  for (const [key, card] of arrived) if (place(row(key), card, false)) arrived.delete(key);
  show(arrived.size);
});
/* The answer to a verb brings the cards it changed: they take the same way as those of the socket. */
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.serverResponse.includes("data-cards")) return;
  const shell = document.createElement("template");
  shell.innerHTML = detail.serverResponse;
  for (const card of shell.content.querySelectorAll("[data-cards] > article")) {
    take({ case: Number(card.dataset.case), version: Number(card.dataset.version), html: card.outerHTML });
  }
  shell.content.querySelector("[data-cards]").remove();
  detail.serverResponse = shell.innerHTML;
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "list" || event.target.querySelector?.("#board-state")) read();
});
read();
