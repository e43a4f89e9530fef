// Keeps countdowns true while a page stays open, and never shows a form again that was already used.

let root, ahead;

const length = ({ minutes, hours }, total) =>
  total < 60 ? minutes.replace("{m}", total) : hours.replace("{h}", Math.floor(total / 60)).replace("{m}", total % 60);

const say = (element) => {
  const { coming, past, present } = root.dataset;
  const left = Date.parse(element.dataset.until) - Date.now() - ahead;
  const total = Math.floor(Math.abs(left) / 60000);
  if (total >= 24 * 60) return; // the server said it in days, and those do not change while one looks
  const said = total < 1 ? present : (left > 0 ? coming : past).replace("{length}", length(root.dataset, total));
  if (element.textContent !== said) element.textContent = said;
};

const tick = () => {
  const found = document.querySelector("[data-now]");
  if (!found) return;
  if (found !== root) {
    root = found;
    ahead = Date.parse(root.dataset.now) - Date.now(); // the server's clock counts: a phone's may be wrong
  }
  document.querySelectorAll("[data-until]").forEach(say);
};

tick();
setInterval(tick, 10000);
document.addEventListener("visibilitychange", () => document.hidden || tick());

addEventListener("pageshow", (event) => {
  if (event.persisted && !document.querySelector("[data-today]")) location.reload(); // today brings itself up to date
});
