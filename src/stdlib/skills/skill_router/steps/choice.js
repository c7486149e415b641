/** Why the chosen name cannot be run; empty when it can. */
export function refusal({ skill, catalog }) {
  const names = catalog.skills.map(({ name }) => name);
  if (names.includes(skill)) return '';
  return `There is no skill "${skill}" in the catalog. It has: ${names.join(', ') || 'none'}.`;
}

export function insist({ refused }) {
  if (refused !== '') throw new Error(refused);
  return '';
}
