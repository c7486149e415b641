/** Rows whose verdict here is another one than the sample names, and as good or stricter: ours, and why. */
export const STRICTER: Readonly<Record<string, readonly [verdict: string, why: string]>> = {
  PA27: ['deny', 'a name over 255 bytes is refused from its text, before the disk is asked'],
  PA29: ['deny', 'half of a character is refused as part of a path; nothing is asked and nothing is written'],
  PA31: ['deny', 'a name that shows as another is refused outright, so that nobody has to see through it'],
  LK11: ['invalid', 'delete_file deletes one file; there is no deleting of folders'],
  GG01: ['invalid', 'a pattern with ".." is refused before anything is looked at'],
  GG06: ['invalid', 'extended globs are refused before anything is looked at'],
  GG08: ['invalid', 'a pattern with ".." is refused before anything is looked at'],
  GG10: ['ok', 'globstars in a row are one: the search is exact and far below the time'],
  GG11: ['invalid', 'extended globs are refused before anything is looked at'],
  GG16: ['invalid', 'look-around and back-references are no part of RE2'],
  GG17: ['invalid', 'repetition so deep is refused when the pattern is compiled'],
  EX42: ['ok', 'the program has a loopback of its own, on which nobody hears it'],
  IJ11: ['invalid', 'an edge whose guard does not hold is not offered, so that choosing it breaks the contract'],
  NT65: ['invalid', 'web_fetch takes no headers at all'],
};

/**
 * Rows about what is not built yet, with what they wait for. They are listed and counted with every class, never passed
 * over quietly.
 */
export const PENDING: Readonly<Record<string, string>> = {};
