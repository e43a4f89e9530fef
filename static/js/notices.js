// Turns the notices of this browser on. Nothing is asked for until somebody taps the button that says so.

const page = document.querySelector("[data-push-key]");
const form = page.querySelector("form[data-turn-on]");

const isApple = /iP(hone|ad|od)/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);
const isInstalled = navigator.standalone || matchMedia("(display-mode: standalone)").matches;
const isAble = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

const show = (state) => {
  for (const part of page.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
};

const bytes = (text) => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
};

const same = (one, other) => one.length === other.length && one.every((byte, place) => byte === other[place]);

const keyOf = (subscription) => new Uint8Array(subscription.options.applicationServerKey ?? []);

const subscribe = async (worker) => {
  const key = bytes(page.dataset.pushKey);
  const found = await worker.pushManager.getSubscription();
  if (found && same(keyOf(found), key)) return found;
  await found?.unsubscribe(); // made for another key: nothing could be sent to it
  return worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
};

const state = async () => {
  if (!isAble) return isApple && !isInstalled ? "install" : "unable";
  const worker = await navigator.serviceWorker.register("/sw.js");
  if (Notification.permission === "denied") return "blocked";
  const isOn = "on" in page.dataset && Notification.permission === "granted" && (await worker.pushManager.getSubscription());
  return isOn ? "on" : "off";
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  if (button.disabled) return;
  button.disabled = true;
  try {
    if ((await Notification.requestPermission()) !== "granted") {
      show(Notification.permission === "denied" ? "blocked" : "off");
      return;
    }
    const { endpoint, keys } = (await subscribe(await navigator.serviceWorker.ready)).toJSON();
    Object.assign(form.elements.endpoint, { value: endpoint });
    Object.assign(form.elements.p256dh, { value: keys.p256dh });
    Object.assign(form.elements.auth, { value: keys.auth });
    form.submit();
  } catch {
    show("failed");
  } finally {
    button.disabled = false;
  }
});

show("looking"); // nothing, until the browser has said what it can do
state().then(show, () => show("failed"));
