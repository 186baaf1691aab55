/* The bell in the frame: how many messages wait, counted by the server, on every page that is open. */
import { toast } from "./frame.js";
import { Stream } from "./live.js";

const bell = () => document.getElementById("bell");
let newest = null;

/* The first word only says what the page shows already; later ones, also after a gap, may bring news. */
document.addEventListener("tower:told", ({ detail: told }) => {
  if (!bell()) return;
  show(told.unread);
  const latest = told.newest?.id ?? 0;
  const isNews = newest !== null && latest > newest;
  newest = Math.max(newest ?? 0, latest);
  if (!isNews) return;
  toast(told.newest.text);
  document.getElementById("fresh-messages")?.removeAttribute("hidden");
});

function show(unread) {
  const { dataset: words } = bell();
  const most = Number(words.most);
  const shown = unread > most ? `${most}+` : String(unread);
  bell().ariaLabel = words.label.replace("%", shown);
  const count = bell().querySelector(".count");
  count.textContent = shown;
  count.hidden = unread === 0;
}

/* One socket a page: that of the board or of the case where there is one, else one without cards. */
window.addEventListener("load", () => {
  if (bell() && !Stream.current) new Stream({ numbers: {}, onCard: () => {}, cards: false });
});
