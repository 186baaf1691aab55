/* What has happened to the list: how many changes wait, and a polite word about the rest. */
import { announce } from "./frame.js";

const tally = { new: 0, resolved: 0 };
let telling = 0;

export function happened(kind) {
  tally[kind] += 1;
  telling ||= setTimeout(tell, 1500);
}

export function show(waiting) {
  const list = document.getElementById("rows");
  const some = list.childElementCount > 0;
  document.getElementById("none").hidden = some;
  list.role = some ? "feed" : null;
  const news = document.getElementById("news");
  news.hidden = waiting === 0;
  news.textContent = (waiting === 1 ? news.dataset.one : news.dataset.many).replace("%", waiting);
}

function tell() {
  telling = 0;
  const { dataset: words } = document.getElementById("list");
  announce(Object.keys(tally).filter((kind) => tally[kind]).map((kind) => `${tally[kind]} ${words[kind]}`).join(", "));
  tally.new = tally.resolved = 0;
}
