import { readFileSync } from 'node:fs';

export type Asset = { readonly type: string; readonly bytes: Uint8Array };

/**
 * The files of the pages by the path they have in an address. They are read once, at the start, under the names here:
 * no path of a request ever reaches the file system.
 */
export function readAssets(): ReadonlyMap<string, Asset> {
  const read = (name: string) => readFileSync(new URL(`./assets/${name}`, import.meta.url));
  return new Map([
    ['/assets/dashboard.js', { type: 'text/javascript; charset=utf-8', bytes: read('dashboard.js') }],
    ['/assets/dashboard.css', { type: 'text/css; charset=utf-8', bytes: read('dashboard.css') }],
  ]);
}
