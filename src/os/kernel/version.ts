/**
 * What the OS promises a skill: layout of frames, contract, encodings, fold. It is pinned in every run; a change to any
 * of them that would make an old run replay differently raises it.
 */
export const CONTRACT = 'reyn/1';
