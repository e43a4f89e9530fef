{% load static %}// Shows the notices that are sent to this browser, and opens them. Keeps nothing: every page comes from the server.

const inside = (path) => {
  const url = new URL(path, location.origin);
  return url.origin === location.origin ? url : new URL("/", location.origin);
};

addEventListener("install", () => skipWaiting());

addEventListener("push", (event) => {
  const { title, body, lang, tag, urgent, open, answer } = event.data.json();
  const shown = {
    body, lang, tag, renotify: urgent, requireInteraction: urgent,
    icon: "{% static 'icons/app-192.png' %}", badge: "{% static 'icons/badge.png' %}",
    data: { open, answer: answer?.address },
    actions: answer ? [{ action: "answer", title: answer.title }] : [],
  };
  event.waitUntil(registration.showNotification(title, shown));
});

const answered = async (address) => {
  const response = await fetch(inside(address), { method: "POST", credentials: "omit", redirect: "manual" });
  return response.type === "opaqueredirect"; // the page that says thank you: nobody needs to see it
};

addEventListener("notificationclick", (event) => {
  const { open, answer } = event.notification.data;
  event.notification.close();
  const show = () => clients.openWindow(inside(open));
  event.waitUntil(
    event.action === "answer" && answer
      ? answered(answer).then((done) => done || show(), show) // an answer that did not arrive is given on the page
      : show(),
  );
});
