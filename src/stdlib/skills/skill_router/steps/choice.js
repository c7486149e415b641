/** The type of a message, as it was typed. */
const MESSAGE = 'user_message';

/** Why the choice cannot be run; empty when it can. */
export function refusal({ skill, json, catalog }) {
  const card = catalog.skills.find(({ name }) => name === skill);
  if (card === undefined) {
    const names = catalog.skills.map(({ name }) => name);
    return `There is no skill "${skill}" in the catalog. It has: ${names.join(', ') || 'none'}.`;
  }
  const types = card.input.map(({ type }) => type);
  if (json === undefined) {
    return types.includes(MESSAGE) ? '' : `"${skill}" takes no message but ${types.join(' or ')}; give that as JSON.`;
  }
  try {
    JSON.parse(json);
    return '';
  } catch (error) {
    return `The JSON for "${skill}" cannot be read: ${error.message}.`;
  }
}

export function insist({ refused }) {
  if (refused !== '') throw new Error(refused);
  return '';
}
