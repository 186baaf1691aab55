/* The case beside the list on wide screens; on narrow ones a case is a page of its own. */
const wide = window.matchMedia("(min-width: 1280px)");
const panel = document.getElementById("panel");
let shown = null;
let waiting = 0;

export function open(row) {
  const link = row.querySelector("h2 a");
  if (!wide.matches) {
    location.assign(link.href);
    return;
  }
  if (shown !== row.dataset.case) panel.scrollTop = 0;
  load(row.dataset.case, link.getAttribute("href"));
  address(row.dataset.case);
}

/* With a case open, moving through the list takes the panel along, once the hand rests. */
export function follow(row) {
  if (!shown || !wide.matches) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => open(row), 160);
}

/* Whether there was a case to close. */
export function close() {
  if (!shown) return false;
  shown = null;
  steady(() => panel.replaceChildren());
  point(null);
  address(null);
  return true;
}

export function changed(card) {
  const page = panel.querySelector(".case-page");
  if (!page || shown !== String(card.case) || Number(page.dataset.version) >= card.version) return;
  refresh(page);
}

/* What somebody is writing is never taken away: then the case says that it has changed, and waits. */
export function refresh(page) {
  const writing = [...page.querySelectorAll("textarea, input:not([type=hidden])")].some((field) => field.value !== field.defaultValue);
  const notice = page.querySelector("[data-changed]");
  if ((writing || page.contains(document.activeElement)) && notice) notice.hidden = false;
  else htmx.ajax("GET", page.dataset.url, { target: page, swap: "outerHTML" });
}

function load(key, url) {
  shown = key;
  point(key);
  if (!panel.childElementCount) steady(() => panel.append(document.createElement("p")));
  htmx.ajax("GET", url, { target: "#panel", swap: "innerHTML" });
}

/* The list changes its width when the panel comes or goes: the row in hand stays where it is. */
function steady(change) {
  const row = document.querySelector("#rows > [aria-current], #rows > .case:focus");
  const before = row?.getBoundingClientRect().top;
  change();
  if (row) window.scrollBy(0, row.getBoundingClientRect().top - before);
}

function point(key) {
  for (const row of document.querySelectorAll("#rows > .case")) {
    if (row.dataset.case === key) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

function address(key) {
  const url = new URL(location.href);
  if (key) url.searchParams.set("case", key);
  else url.searchParams.delete("case");
  history.replaceState(history.state, "", url);
}

document.addEventListener("click", (event) => {
  const row = event.target.closest("#rows > .case");
  if (event.target.closest("[data-close-case]")) {
    event.preventDefault();
    close();
  } else if (row && event.target.closest("h2 a") && wide.matches && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    row.focus({ preventScroll: true });
    open(row);
  } else if (event.target.closest("[data-changed] button")) {
    const page = event.target.closest(".case-page");
    htmx.ajax("GET", page.dataset.url, { target: page, swap: "outerHTML" });
  }
});

document.addEventListener("htmx:afterSettle", () => point(shown));
const asked = new URL(location.href).searchParams.get("case");
if (asked && /^\d+$/.test(asked) && wide.matches) load(asked, panel.dataset.url.replace("/0/", `/${asked}/`));
