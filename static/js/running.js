/* Money that runs: counted along from the moment at which it was right, at the rate that holds until it changes. */
import { listen, serverNow } from "./clock.js";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const exact = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const HOUR = 3600000;

function show(element) {
  const { running, symbol, at, perHour, until } = element.dataset;
  const end = Math.min(serverNow(), until ? Date.parse(until) : Infinity);
  const amount = Number(element.value) + (Math.max(0, end - Date.parse(at)) / HOUR) * Number(perHour);
  const text = symbol + (running === "exact" ? exact : whole).format(amount);
  if (element.textContent !== text) element.textContent = text;
}

function count() {
  listen();
  if (document.hidden) return;
  document.querySelectorAll("data[data-running]").forEach(show);
}

count();
setInterval(count, 1000);
document.addEventListener("visibilitychange", count);
new MutationObserver(count).observe(document.body, { childList: true, subtree: true });
