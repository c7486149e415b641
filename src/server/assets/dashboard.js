/**
 * Sends a person's answers and shows what is new. What the server sends is put in as parsed, inert markup that the server
 * escaped, or as text; nothing is evaluated.
 */
const said = document.querySelector('#said');

document.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest('button') : null;
  const article = button?.closest('article');
  if (!button || !article) return;
  const answer = button.dataset.answer ?? article.querySelector('input')?.value ?? '';
  void send(article, answer);
});

async function send(article, answer) {
  const buttons = [...article.querySelectorAll('button')];
  for (const button of buttons) button.disabled = true;
  said.textContent = 'Sending …';
  try {
    const response = await fetch(`/v1/inbox/${encodeURIComponent(article.dataset.id)}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-reyn': '1' },
      body: JSON.stringify({ answer, digest: article.dataset.digest }),
    });
    const told = await response.json();
    said.textContent = response.ok ? `Answered; run ${told.run} goes on.` : told.error.message;
    if (response.ok) article.remove();
  } catch {
    said.textContent = 'The server did not answer. Is `reyn serve` still running?';
  }
  for (const button of buttons) button.disabled = false;
}

/** Whether a person has begun to write; what they wrote must not be taken away. */
function isWriting() {
  return [...document.querySelectorAll('main input')].some((input) => input.value !== input.defaultValue);
}

async function refresh() {
  if (isWriting()) return;
  const response = await fetch(location.pathname);
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').querySelector('main');
  if (fresh && !isWriting()) document.querySelector('main').replaceWith(fresh);
}

let waiting;
const events = new EventSource('/v1/events');
events.addEventListener('message', () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => void refresh(), 300);
});
