// @ts-check
/** A button that copies the text of a field; without a clipboard the text is at least marked, to be copied by hand. */

/** @param {HTMLButtonElement} button */
function serve(button) {
  const field = document.getElementById(button.dataset.copy ?? "");
  if (!(field instanceof HTMLTextAreaElement)) return;
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    if (!(await copied(field.value))) return;
    button.textContent = button.dataset.done ?? label;
    setTimeout(() => (button.textContent = label), 3000);
  });
}

/** @param {string} text */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No secure page, or no right: the old way copies what is marked.
    return document.execCommand("copy");
  }
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  if (button instanceof HTMLButtonElement) serve(button);
}
