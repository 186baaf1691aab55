/* Moments in the reader's own zone: relative where asked, the whole moment on hover. */
const zone = document.documentElement.dataset.zone;
const reader = zone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
const spoken = document.documentElement.lang;
const language = spoken === "en" ? "en-GB" : spoken || undefined;
const format = (options) => new Intl.DateTimeFormat(language, { timeZone: zone, ...options });
const forms = {
  full: format({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  time: format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }),
  clock: format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  day: format({ day: "numeric", month: "short" }),
  date: new Intl.DateTimeFormat(language, { timeZone: "UTC", day: "numeric", month: "short" }),
};
const whole = format({ dateStyle: "full", timeStyle: "long" });
const calendar = new Intl.DateTimeFormat(language, { timeZone: "UTC", dateStyle: "full" });
const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
const relative = new Intl.RelativeTimeFormat(language, { numeric: "always" });
const lengths = Object.fromEntries(units.map(([unit]) => [unit, new Intl.NumberFormat(spoken || undefined, { style: "unit", unit, unitDisplay: unit === "minute" ? "short" : "narrow" })]));

const now = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(0, "second");

function distance(moment) {
  const seconds = (moment - Date.now()) / 1000;
  const [unit, length] = units.find(([, one]) => Math.abs(seconds) >= one) ?? [];
  return unit ? [Math.trunc(seconds / length), unit] : null;
}

function ago(moment) {
  const found = distance(moment);
  return found ? relative.format(...found) : now;
}

function age(moment) {
  const found = distance(moment);
  return found ? lengths[found[1]].format(Math.abs(found[0])) : now;
}

/* Today by the clock, else by the day. */
function brief(moment) {
  const day = forms.day.format(moment);
  return day === forms.day.format(new Date()) ? forms.clock.format(moment) : day;
}

function show(element) {
  const moment = new Date(element.dateTime);
  if (Number.isNaN(moment.getTime())) return;
  const form = element.dataset.time;
  const own = { age, ago, brief }[form];
  const text = own ? own(moment) : (forms[form] ?? forms.full).format(moment);
  if (element.textContent !== text) element.textContent = text;
  if (!element.title) element.title = (form === "date" ? calendar : whole).format(moment);
}

export function localise(root = document) {
  if (root.matches?.("time[data-time]")) show(root);
  root.querySelectorAll?.("time[data-time]").forEach(show);
  for (const field of root.querySelectorAll?.("[data-zone-field]") ?? []) field.value = reader;
}

localise();
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1) localise(node);
}).observe(document.body, { childList: true, subtree: true });
setInterval(() => document.querySelectorAll('time:is([data-time="ago"], [data-time="age"])').forEach(show), 30000);
