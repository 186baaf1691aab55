/* Since when the tower has not answered this page: what every page asks again and again, the freshness, is its pulse. */
import { localise } from "./time.js";

const root = document.documentElement;
const banner = document.getElementById("silence");
let heardAt = new Date();

function tell() {
  if (!banner.hidden) return;
  const since = banner.querySelector("time");
  since.dateTime = heardAt.toISOString();
  since.title = "";
  localise(banner);
  banner.hidden = false;
  root.dataset.silent = "";
}

function heard() {
  heardAt = new Date();
  banner.hidden = true;
  delete root.dataset.silent;
}

/* A refusal is an answer too; 5xx, no connection and no answer in time are none. */
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.requestConfig.elt.id !== "freshness") return;
  const { status } = detail.xhr;
  if (status === 0 || status >= 500) tell();
  else heard();
});
