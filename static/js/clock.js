/* The server's clock: told with the freshness of the data, again and again; the clock of this device may be wrong. */
let told = "";
let ahead = 0;

/** Take in what the page was told last; to be called when the page changes, hidden or not. */
export function listen() {
  const now = document.getElementById("freshness")?.dataset.now ?? "";
  if (!now || now === told) return;
  told = now;
  ahead = Date.parse(now) - Date.now();
}

/** Milliseconds since 1970 by the server's clock; by this device's where nothing was told. */
export function serverNow() {
  return Date.now() + ahead;
}
