/* Makes one element say what another says, touching only what differs: focus, marks and clicks under way survive. */
export function morph(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !kept.has(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !(name === "tabindex" && old.hasAttribute("tabindex"))) old.setAttribute(name, value);
  }
  if (old.tagName === "INPUT") return;
  const before = [...old.children];
  const after = [...fresh.children];
  const alike = before.length === after.length && before.every((child, at) => child.tagName === after[at].tagName && child.id === after[at].id);
  if (!alike || !before.length) {
    if (old.innerHTML !== fresh.innerHTML) old.replaceChildren(...fresh.cloneNode(true).childNodes);
    return;
  }
  if (words(old) !== words(fresh)) {
    old.replaceChildren(...fresh.cloneNode(true).childNodes);
    return;
  }
  before.forEach((child, at) => {
    if (child.tagName === "TIME") {
      if (child.dateTime !== after[at].dateTime) child.replaceWith(after[at].cloneNode(true));
    } else morph(child, after[at]);
  });
}

const kept = new Set(["aria-current", "data-fresh", "data-leaving", "data-stamp"]);

/* The text that lies directly in an element, between its children. */
function words(element) {
  return [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join("\u0000");
}
