const PLACE = /^reyn\/(?:project|local)\/([^/]+)\/skill\.md$/;

export const asked = ({ text = '', ...request }) => ({ text, request });

/** A sentence that names one skill of the project is a request already; another one is for somebody to read. */
export function received({ text, request, present }) {
  if (text === '') return request;
  const skills = [...new Set(present.files.flatMap((file) => PLACE.exec(file)?.[1] ?? []))].sort();
  const words = new Set(text.match(/[A-Za-z0-9_-]+/g) ?? []);
  const named = skills.filter((skill) => words.has(skill));
  if (named.length === 1) return { skill: named[0], wish: text };
  return { text, known: [...named, ...skills.filter((skill) => !named.includes(skill))] };
}

/** What the search takes; what nobody said is left to the configuration. */
export function opening({ skill, engine, budget, seed, max_iterations }) {
  const open = { skill, engine, budget, seed, iterations: max_iterations };
  return Object.fromEntries(Object.entries(open).filter(([, value]) => value !== undefined));
}

export function started({ skill, wish = '', opened }) {
  const { search, from, policy, notes, files } = opened;
  const base = Object.entries(files).map(([path, text]) => ({ path, text }));
  const none = { traces: '', parent: '', files: {}, failed: [], rejected: [] };
  return { skill, wish, search, from, policy, notes, base, ...none };
}
