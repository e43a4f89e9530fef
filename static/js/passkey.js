// Passkeys: asks the browser for the credential and sends it in the form. Without this, or where the browser knows no
// passkeys, the forms stay hidden and the page says so.

const missing = document.querySelector("[data-passkey-missing]");
const failed = document.querySelector("[data-passkey-failed]");
const { webauthnJSON } = globalThis;

const given = async (form) => {
  const { passkeyOptions } = form.dataset;
  if (!passkeyOptions) return JSON.parse(document.getElementById("passkey").textContent);
  const answer = await fetch(passkeyOptions, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
};

const made = ({ publicKey }) => {
  const needs = { residentKey: "required", requireResidentKey: true, userVerification: "required" };
  const authenticatorSelection = { ...publicKey.authenticatorSelection, ...needs };
  return webauthnJSON.create({ publicKey: { ...publicKey, authenticatorSelection } });
};

const use = async (form) => {
  failed.hidden = true;
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const options = await given(form);
    const credential = await (form.dataset.passkey === "create"
      ? made(options.creation_options)
      : webauthnJSON.get(options.request_options));
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  } catch {
    failed.hidden = false;
    button.disabled = false;
  }
};

if (webauthnJSON?.supported()) {
  missing?.remove();
  for (const form of document.querySelectorAll("[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      use(form);
    });
  }
}
