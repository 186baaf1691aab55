/* Triage without a mouse: one key a move. */
import { open as openDialog } from "./dialog.js";
import { act, clear, toggle } from "./marks.js";
import { close as closeCase, follow, open as openCase } from "./panel.js";

const rows = () => [...document.querySelectorAll("#rows > .case")];
const typing = "input:not([type=checkbox]), textarea, select, [contenteditable]";
let last = null;

export function current() {
  return document.activeElement?.closest?.("#rows > .case") ?? (last && document.getElementById(last));
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  follow(next);
}

function showKeys() {
  const shell = document.createElement("div");
  shell.append(document.getElementById("keys-template").content.cloneNode(true));
  openDialog(shell);
}

function search() {
  const field = document.getElementById("search");
  field?.focus();
  field?.select();
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  Enter: () => document.activeElement?.matches("#rows > .case") && openCase(document.activeElement),
  x: () => current() && toggle(current()),
  e: () => act("acknowledge", current()),
  a: () => act("assign", current()),
  s: () => act("snooze", current()),
  "/": search,
  "?": showKeys,
  Escape: () => clear() || closeCase() || document.activeElement?.blur(),
};

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (key === "Escape" && target.matches?.(typing)) {
    target.blur();
    return;
  }
  if (target.matches?.(typing) || !Object.hasOwn(keys, key)) return;
  if (key === "Enter" && !target.matches?.("#rows > .case")) return;
  event.preventDefault();
  keys[key]();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("#rows > .case");
  if (!row) return;
  for (const one of rows()) one.tabIndex = one === row ? 0 : -1;
  last = row.id;
});
