/* Whether a card belongs on this page, and where: the same rules as the server's, over what the card carries. */
const numbers = { score: "score", money: "money", delay_days: "days", customers: "customers" };
const tests = {
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
};
const orders = {
  risk: ["score", -1],
  money: ["money", -1],
  age: ["opened", 1],
  due: ["days", -1],
};

export function fits(card, asked, now = Date.now()) {
  const data = card.dataset;
  if (!asked.states.includes(data.state)) return false;
  for (const key of ["severity", "domain", "company", "plant", "detector", "owner"]) {
    if (asked[key].length && !asked[key].includes(data[key])) return false;
  }
  for (const [field, operator, value] of asked.limits) {
    const own = field === "age" ? now / 1000 - Number(data.opened) : Number(data[numbers[field]]);
    if (!tests[operator](own, value)) return false;
  }
  const text = [...card.querySelectorAll("h2 a, [data-detail]")].map((one) => one.textContent.toLocaleLowerCase()).join("\n");
  return asked.words.every((word) => text.includes(word));
}

/* Below zero when a comes first. Equal values are ordered by the case, in the same direction as on the server. */
export function compare(a, b, sort) {
  const [key, direction] = orders[sort];
  return direction * (Number(a.dataset[key]) - Number(b.dataset[key]) || Number(a.dataset.case) - Number(b.dataset.case));
}
