// Makes today quick: taps are answered in place, and an open page brings itself up to date or says how old it is.
// Without this file every form and link here works as it stands.

const EVERY = 30000;
const OLD = 2;
const came = performance.getEntriesByType("navigation")[0]?.type;
const today = () => document.querySelector("[data-today]");
// A page that the browser kept may be of any age: then its own moment counts.
let seen = came === "back_forward" ? Math.min(Date.now(), Date.parse(today().dataset.now)) : Date.now();
let state = null;
let busy = false;

const show = (html, address) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const part of document.querySelectorAll("details[open][id]")) page.getElementById(part.id)?.setAttribute("open", "");
  const held = document.activeElement?.id;
  const top = scrollY;
  document.title = page.title;
  document.body.replaceWith(page.body);
  history.replaceState(null, "", address);
  scrollTo(scrollX, top);
  if (held) document.getElementById(held)?.focus({ preventScroll: true });
  seen = Date.now();
};

const tell = (said) => {
  const note = document.querySelector(".age");
  if (!note) return;
  note.hidden = !said;
  if (said && note.firstElementChild.textContent !== said) note.firstElementChild.textContent = said;
};

const age = () => {
  const minutes = Math.floor((Date.now() - seen) / 60000);
  const note = document.querySelector(".age");
  if (!note || !today()) return;
  const length = today().dataset.minutes.replace("{m}", minutes);
  if (minutes >= OLD) tell(note.dataset.old.replace("{length}", length));
  else if (!busy && note.firstElementChild.textContent !== note.dataset.lost) tell("");
};

const mark = (answer) => answer.headers.get("ETag")?.replace("W/", "") ?? null;

const typed = () => [...document.querySelectorAll("main input:not([type=hidden]), main textarea")].some((field) => field.value !== field.defaultValue);

const refresh = async () => {
  if (busy || document.hidden || !today() || typed() || document.querySelector(":popover-open")) return age();
  busy = true;
  try {
    const answer = await fetch(location.href, { cache: "no-cache" });
    if (answer.redirected) location.reload(); // signed out meanwhile
    else if (answer.ok && state !== null && mark(answer) === state) seen = Date.now();
    else if (answer.ok) {
      const html = await answer.text();
      if (!typed()) show(html, location.href);
      state = mark(answer);
    }
  } catch {
    // No network: the page says its age, and the next look comes by itself.
  }
  busy = false;
  age();
};

const send = async (form, button) => {
  const said = new URLSearchParams(new FormData(form));
  const card = form.closest("article")?.id;
  if (button?.name) said.append(button.name, button.value);
  busy = true;
  button?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(button?.getAttribute("formaction") ?? form.action, { method: "POST", body: said });
    if (answer.status >= 500) throw new Error(answer.statusText);
    show(await answer.text(), answer.ok ? answer.url : location.href);
    state = null;
    const undo = card && document.querySelector(`#${card} .undo button`);
    undo?.scrollIntoView({ block: "center" });
    undo?.focus({ preventScroll: true });
  } catch {
    // The form stays with its identifier: if the tap did arrive and only the answer was lost, the next one counts as it.
    button?.removeAttribute("aria-busy");
    tell(document.querySelector(".age").dataset.lost);
  }
  busy = false;
};

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-quick]")) return;
  event.preventDefault();
  if (!busy) send(event.target, event.submitter);
});
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-refresh]")) return;
  event.preventDefault();
  refresh();
});
document.addEventListener("visibilitychange", refresh);
addEventListener("online", refresh);
addEventListener("pageshow", (event) => event.persisted && refresh());
setInterval(refresh, EVERY);
if (came === "back_forward") refresh();
