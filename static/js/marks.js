/* Marks, and what is done to all that are marked. */
const boxes = () => [...document.querySelectorAll("#rows .mark input")];
const marked = () => boxes().filter((box) => box.checked);
const form = () => document.getElementById("bulk");

export function toggle(row) {
  const box = row.querySelector(".mark input");
  box.checked = !box.checked;
  count();
}

/* Whether there was anything to take back. */
export function clear() {
  const some = marked();
  for (const box of some) box.checked = false;
  count();
  return some.length > 0;
}

/* One verb for every marked case, or for the one at hand. Acknowledging goes at once, the others ask first. */
export function act(verb, row) {
  const some = marked();
  const cases = (some.length ? some : row ? [row.querySelector(".mark input")] : []).map((box) => box.value);
  if (!cases.length || !form()) return;
  const url = form().getAttribute("action");
  const source = some.length ? form() : row;
  if (verb === "acknowledge") htmx.ajax("POST", url, { source, target: "#outcomes", swap: "innerHTML", values: { case: cases, verb } });
  else htmx.ajax("GET", url, { source, target: "#dialog", swap: "innerHTML", values: { case: cases, verb } });
}

function count() {
  const number = document.getElementById("marked");
  if (number) number.textContent = marked().length;
}

document.addEventListener("change", (event) => event.target.closest(".mark") && count());
document.addEventListener("click", (event) => {
  const button = event.target.closest("#bulk [data-verb]");
  if (!button) return;
  event.preventDefault();
  act(button.dataset.verb, null);
});
/* Only what it was done to: by then another case may be marked, and another dialog open. */
document.addEventListener("tower:done", ({ detail }) => {
  for (const box of marked()) if (detail.cases.includes(Number(box.value.split(":")[0]))) box.checked = false;
  count();
  if (detail.asked) document.getElementById("dialog").close();
});
