// Small things all views need of the document. Text from others only ever becomes textContent.

export const byId = (id) => document.getElementById(id);

export function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** Enter in a text area submits its form; with Shift it is a new line. */
export function submitOnEnter(field) {
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      field.form.requestSubmit();
    }
  });
}

export function selectOnFocus(...fields) {
  fields.forEach((field) => field.addEventListener('focus', () => field.select()));
}

/** A button that copies the page's address, where the browser lets it. */
export function offerLink(button) {
  if (!navigator.clipboard) {
    return;
  }
  button.hidden = false;
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Copy it from the address bar';
    }
    setTimeout(() => (button.textContent = 'Copy link'), 2000);
  });
}

export function socketUrl(path) {
  return `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}${path}`;
}
