/* One case on a page of its own, kept current. */
import { Stream } from "./live.js";

const state = JSON.parse(document.getElementById("case-state").textContent);
const page = () => document.querySelector(".case-page");

function take(card) {
  if (card.case !== state.case || Number(page().dataset.version) >= card.version) return;
  const writing = [...page().querySelectorAll("textarea, input:not([type=hidden])")].some((field) => field.value !== field.defaultValue);
  const notice = page().querySelector("[data-changed]");
  if (writing && notice) notice.hidden = false;
  else htmx.ajax("GET", page().dataset.url, { target: page(), swap: "outerHTML" });
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-changed] button")) htmx.ajax("GET", page().dataset.url, { target: page(), swap: "outerHTML" });
});
new Stream({ numbers: state.numbers, onCard: take });
