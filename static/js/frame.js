/* The frame: theme, toasts, announcements, menus that close, and what to do when the server refuses. */
const root = document.documentElement;
const status = document.getElementById("status");

export function announce(text) {
  status.textContent = "";
  requestAnimationFrame(() => { status.textContent = text; });
}

export function toast(text, tone = "") {
  const piece = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  piece.querySelector("p").textContent = text;
  if (tone) piece.dataset.tone = tone;
  document.getElementById("toasts").append(piece);
  setTimeout(() => piece.remove(), tone === "critical" ? 12000 : 6000);
}

document.querySelector(".tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest(".toast")?.remove();
  for (const menu of document.querySelectorAll("details.menu[open], .verbs details[open]:not(:has(.error))")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details.menu[open], .verbs details[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
  event.stopImmediatePropagation();
  event.preventDefault();
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-theme-form]");
  if (!form) return;
  const chosen = event.submitter?.value ?? "system";
  root.dataset.theme = chosen;
  for (const button of form.querySelectorAll("button")) button.ariaPressed = String(button.value === chosen);
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  const signIn = document.body.dataset.signIn;
  const answered = xhr.responseURL && new URL(xhr.responseURL).pathname;
  if (signIn && answered === signIn && !requestConfig.path.startsWith(signIn)) {
    event.detail.shouldSwap = false;
    location.assign(`${signIn}?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
});

document.addEventListener("htmx:afterSettle", (event) => {
  event.target.querySelector?.("[data-focus]")?.focus();
});

/* What a page asks by itself again and again fails silently: the dot says that nothing comes. */
const isPulse = (event) => event.target.matches?.('[hx-trigger*="every"]') ?? false;

document.addEventListener("htmx:responseError", (event) => {
  if (isPulse(event)) return;
  const code = event.detail.xhr.status;
  const words = document.body.dataset;
  toast(code === 403 ? words.refused : code === 404 ? words.gone : words.failed, "critical");
});
document.addEventListener("htmx:sendError", (event) => isPulse(event) || toast(document.body.dataset.unreachable, "critical"));

document.addEventListener("tower:say", (event) => {
  toast(event.detail.text, event.detail.tone);
});
