/* Moments in the reader's own zone: relative where asked, the whole moment on hover. */
const zone = document.documentElement.dataset.zone;
const language = document.documentElement.lang || undefined;
const format = (options) => new Intl.DateTimeFormat(language, { timeZone: zone, ...options });
const forms = {
  full: format({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  time: format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }),
  day: format({ day: "numeric", month: "short" }),
  date: new Intl.DateTimeFormat(language, { timeZone: "UTC", day: "numeric", month: "short" }),
};
const whole = format({ dateStyle: "full", timeStyle: "long" });
const calendar = new Intl.DateTimeFormat(language, { timeZone: "UTC", dateStyle: "full" });
const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
const relative = new Intl.RelativeTimeFormat(language, { style: "narrow", numeric: "always" });

function ago(moment) {
  const seconds = (moment - Date.now()) / 1000;
  for (const [unit, length] of units) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(0, "second");
}

function show(element) {
  const moment = new Date(element.dateTime);
  if (Number.isNaN(moment.getTime())) return;
  const form = element.dataset.time;
  const text = form === "ago" ? ago(moment) : (forms[form] ?? forms.full).format(moment);
  if (element.textContent !== text) element.textContent = text;
  if (!element.title) element.title = (form === "date" ? calendar : whole).format(moment);
}

export function localise(root = document) {
  if (root.matches?.("time[data-time]")) show(root);
  root.querySelectorAll?.("time[data-time]").forEach(show);
}

localise();
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1) localise(node);
}).observe(document.body, { childList: true, subtree: true });
setInterval(() => document.querySelectorAll('time[data-time="ago"]').forEach(show), 30000);
