/* One <dialog> per page: whatever is swapped into it opens it; closing empties it and gives the focus back. */
const dialog = document.getElementById("dialog");
let opener = null;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target === dialog && !dialog.open) opener = document.activeElement;
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target !== dialog || !dialog.childElementCount) return;
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[data-focus], form :is(input:checked, input:not([type=hidden], :disabled), select, textarea)")?.focus();
});

dialog.addEventListener("click", (event) => {
  if (event.target === dialog || event.target.closest("[data-close]")) {
    event.preventDefault();
    dialog.close();
  }
});

dialog.addEventListener("close", () => {
  dialog.replaceChildren();
  if (document.activeElement === document.body && opener?.isConnected) opener.focus();
  opener = null;
});

export function open(content) {
  opener = document.activeElement;
  dialog.replaceChildren(content);
  dialog.showModal();
}
