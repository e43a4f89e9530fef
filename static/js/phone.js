// Keeps countdowns true while a page stays open, and never shows a form again that was already used.

const root = document.querySelector("[data-now]");

if (root) {
  // The server's clock counts: a phone's may be wrong.
  const ahead = Date.parse(root.dataset.now) - Date.now();
  const { minutes, hours, coming, past, present } = root.dataset;

  const length = (total) =>
    total < 60 ? minutes.replace("{m}", total) : hours.replace("{h}", Math.floor(total / 60)).replace("{m}", total % 60);

  const say = (element) => {
    const left = Date.parse(element.dataset.until) - Date.now() - ahead;
    const total = Math.floor(Math.abs(left) / 60000);
    if (total >= 24 * 60) return; // the server said it in days, and those do not change while one looks
    const said = total < 1 ? present : (left > 0 ? coming : past).replace("{length}", length(total));
    if (element.textContent !== said) element.textContent = said;
  };

  const tick = () => document.querySelectorAll("[data-until]").forEach(say);
  tick();
  setInterval(tick, 10000);
  document.addEventListener("visibilitychange", () => document.hidden || tick());
}

addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
