// Keeps the board true: asks every few seconds whether anything changed, and takes the new lines when it did.

const EVERY = 3000;
const PAGE = 12000; // as long as five or six guests take to be read
const board = document.querySelector("[data-board]");
const lost = document.querySelector("#lost");
let state = `"${board.firstElementChild.dataset.etag}"`;

const lines = async () => {
  const address = new URL(board.dataset.board, location);
  address.search = location.search;
  address.searchParams.set("lines", "");
  const answer = await fetch(address, { redirect: "error" });
  if (!answer.ok) throw new Error(answer.statusText);
  const held = document.activeElement?.id;
  const [left, top] = [board.querySelector(".scroll")?.scrollLeft ?? 0, scrollY];
  board.innerHTML = await answer.text();
  state = `"${board.firstElementChild.dataset.etag}"`;
  board.querySelector(".scroll")?.scrollTo(left, 0);
  scrollTo(scrollX, top);
  if (held) document.getElementById(held)?.focus({ preventScroll: true });
};

const look = async () => {
  try {
    // Without the cookie and past the browser's cache: the server then answers with one query, or none of its pages.
    const answer = await fetch(board.dataset.state, {
      credentials: "omit", cache: "no-store", headers: { "If-None-Match": state },
    });
    if (answer.status === 204) await lines();
    else if (answer.status !== 304) location.reload(); // asked for too long, or signed out meanwhile
    lost.hidden = true;
  } catch {
    lost.textContent = board.dataset.lost;
    lost.hidden = false;
  }
  setTimeout(look, EVERY);
};

setTimeout(look, EVERY);

// Nobody scrolls a wall: it turns to the next guest who is not seen whole, and from the last back to the first.
const isBelow = ({ top, bottom }) => top > 1 && bottom > innerHeight + 1;

const turn = () => {
  const next = [...board.querySelectorAll("tbody tr")].find((row) => isBelow(row.getBoundingClientRect()));
  if (next) next.scrollIntoView({ block: "start" });
  else scrollTo(0, 0);
};

if (document.querySelector(".page--wall")) setInterval(turn, PAGE);
