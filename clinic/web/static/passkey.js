// passkey.js: asks the browser for a passkey. Without it the page says that a passkey needs JavaScript; codes work.
(() => {
  "use strict";
  const form = document.querySelector("form[data-passkey]");
  if (!form || !window.PublicKeyCredential) return;
  const button = document.getElementById("passkey-button");
  const problem = document.getElementById("passkey-problem");
  document.getElementById("passkey-needs").hidden = true;
  button.hidden = false;
  button.addEventListener("click", () => { problem.hidden = true; });
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    problem.hidden = false;
  });
  window.allauth.webauthn.forms[form.dataset.kind]({
    ids: { add: button.id, authenticate: button.id, credential: "id_credential" },
    data: JSON.parse(form.dataset.passkey),
  });
})();
