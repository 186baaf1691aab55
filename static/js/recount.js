/* The counts beside the list, read again after a change: never more than once in a while, and not all boards at once. */
import { morph } from "./morph.js";

const soonest = 4000;
const spread = 4000;
let due = 0;
let last = 0;

export function recount() {
  due ||= setTimeout(read, Math.max(600, last + soonest - Date.now()) + Math.random() * spread * (last ? 1 : 0.1));
}

async function read() {
  due = 0;
  last = Date.now();
  if (document.hidden) {
    document.addEventListener("visibilitychange", recount, { once: true });
    return;
  }
  const { counts } = document.getElementById("list").dataset;
  const response = await fetch(counts + location.search, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!response?.ok || response.redirected) return;
  const shell = document.createElement("template");
  shell.innerHTML = await response.text();
  for (const fresh of shell.content.children) {
    const old = document.getElementById(fresh.id);
    if (old) morph(old, fresh);
  }
}
